// JavaScript values to C++ ones.
#pragma once

#include <napi.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace euphonic::node {

template <typename T>
Napi::TypedArrayOf<T> typed_array(const Napi::Object& object, const char* key) {
  return object.Get(key).As<Napi::TypedArrayOf<T>>();
}

// Empty when the key is absent.
template <typename T>
std::vector<T> to_vector(const Napi::Object& object, const char* key) {
  const Napi::Value value = object.Get(key);
  if (!value.IsTypedArray()) return {};
  const auto array = value.As<Napi::TypedArrayOf<T>>();
  return std::vector<T>(array.Data(), array.Data() + array.ElementLength());
}

inline std::optional<std::array<double, 3>> to_point(const Napi::Object& object, const char* key) {
  const std::vector<double> values = to_vector<double>(object, key);
  if (values.size() != 3) return std::nullopt;
  return std::array<double, 3>{values[0], values[1], values[2]};
}

inline double to_double(const Napi::Object& object, const char* key) {
  return object.Get(key).As<Napi::Number>().DoubleValue();
}

inline int to_int(const Napi::Object& object, const char* key) {
  return object.Get(key).As<Napi::Number>().Int32Value();
}

inline bool to_bool(const Napi::Object& object, const char* key) {
  return object.Get(key).As<Napi::Boolean>().Value();
}

inline std::string to_string(const Napi::Object& object, const char* key) {
  return object.Get(key).As<Napi::String>().Utf8Value();
}

}  // namespace euphonic::node
