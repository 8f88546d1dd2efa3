// A value in a message header: what msgpack can say and the protocol uses.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace euphonic::wire {

struct Member;

// Nil, boolean, integer (|i| <= 2^53), number, UTF-8 text, array or map with string keys.
class Value {
 public:
  using Array = std::vector<Value>;
  using Map = std::vector<Member>;

  Value() = default;
  Value(bool value) : data_(value) {}                      // NOLINT(runtime/explicit)
  Value(int value) : data_(std::int64_t{value}) {}         // NOLINT(runtime/explicit)
  Value(std::int64_t value) : data_(value) {}              // NOLINT(runtime/explicit)
  Value(double value) : data_(value) {}                    // NOLINT(runtime/explicit)
  Value(const char* value) : data_(std::string(value)) {}  // NOLINT(runtime/explicit)
  Value(std::string value) : data_(std::move(value)) {}    // NOLINT(runtime/explicit)
  Value(Array value);                                      // NOLINT(runtime/explicit)
  Value(Map value);                                        // NOLINT(runtime/explicit)

  bool is_nil() const { return std::holds_alternative<std::monostate>(data_); }
  const bool* boolean() const { return std::get_if<bool>(&data_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&data_); }
  const double* real() const { return std::get_if<double>(&data_); }
  const std::string* text() const { return std::get_if<std::string>(&data_); }
  const Array* array() const { return std::get_if<Array>(&data_); }
  const Map* map() const { return std::get_if<Map>(&data_); }

  bool is_number() const { return integer() || real(); }
  // An integer or real as double; 0 for anything else.
  double number() const;

  // The member of a map, null when this is not a map or has no such key.
  const Value* find(const std::string& key) const;
  // Adds a member; this must be a map.
  void set(std::string key, Value value);

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Map> data_;
};

struct Member {
  std::string key;
  Value value;
};

inline Value::Value(Array value) : data_(std::move(value)) {}
inline Value::Value(Map value) : data_(std::move(value)) {}

inline double Value::number() const {
  if (const auto* i = integer()) return static_cast<double>(*i);
  const auto* r = real();
  return r ? *r : 0.0;
}

inline const Value* Value::find(const std::string& key) const {
  if (const Map* members = map()) {
    for (const Member& member : *members) {
      if (member.key == key) return &member.value;
    }
  }
  return nullptr;
}

inline void Value::set(std::string key, Value value) {
  std::get<Map>(data_).push_back({std::move(key), std::move(value)});
}

}  // namespace euphonic::wire
