#include "mex/convert.h"

#include <cctype>
#include <cmath>
#include <cstring>
#include <utility>

#include "mex/wire/text.h"

namespace euphonic::mex {
namespace {

using wire::DType;
using wire::Value;

[[noreturn]] void invalid(const std::string& message) {
  throw wire::Failure(wire::failure_code::kInvalidArgument, message);
}

Value number_value(double number) {
  constexpr double kMaxInteger = 9007199254740992.0;  // 2^53
  if (std::abs(number) <= kMaxInteger && number == std::floor(number))
    return static_cast<std::int64_t>(number);
  return number;
}

bool is_real_numeric(const mxArray* array) {
  return mxIsNumeric(array) && !mxIsComplex(array) && !mxIsSparse(array);
}

// Element i of a real numeric array of any class.
double element(const mxArray* array, std::size_t i) {
  const void* data = mxGetData(array);
  switch (mxGetClassID(array)) {
    case mxDOUBLE_CLASS:
      return static_cast<const double*>(data)[i];
    case mxSINGLE_CLASS:
      return static_cast<const float*>(data)[i];
    case mxINT8_CLASS:
      return static_cast<const std::int8_t*>(data)[i];
    case mxUINT8_CLASS:
      return static_cast<const std::uint8_t*>(data)[i];
    case mxINT16_CLASS:
      return static_cast<const std::int16_t*>(data)[i];
    case mxUINT16_CLASS:
      return static_cast<const std::uint16_t*>(data)[i];
    case mxINT32_CLASS:
      return static_cast<const std::int32_t*>(data)[i];
    case mxUINT32_CLASS:
      return static_cast<const std::uint32_t*>(data)[i];
    case mxINT64_CLASS:
      return static_cast<double>(static_cast<const std::int64_t*>(data)[i]);
    case mxUINT64_CLASS:
      return static_cast<double>(static_cast<const std::uint64_t*>(data)[i]);
    default:
      invalid("A numeric array of an unknown class cannot be sent to the daemon.");
  }
}

std::string field_name(const std::string& key) {
  std::string name;
  for (char c : key) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  if (name.empty() || !std::isalpha(static_cast<unsigned char>(name[0]))) name.insert(0, "x");
  return name;
}

mxArray* cell_or_row(const Value::Array& items) {
  bool numbers = true;
  for (const Value& item : items) numbers = numbers && item.is_number();
  if (!numbers || items.empty()) {
    mxArray* cell = mxCreateCellMatrix(items.empty() ? 0 : 1, items.size());
    for (std::size_t i = 0; i < items.size(); ++i) mxSetCell(cell, i, array_from(items[i]));
    return cell;
  }
  mxArray* row = mxCreateDoubleMatrix(1, items.size(), mxREAL);
  double* out = static_cast<double*>(mxGetData(row));
  for (std::size_t i = 0; i < items.size(); ++i) out[i] = items[i].number();
  return row;
}

// Copies between column-major and C order; `to_c` says which way. The shape is the same on both sides.
void reorder(const char* source, char* target, const std::vector<std::uint64_t>& shape, std::size_t item,
             bool to_c) {
  const std::size_t n = shape.size();
  std::size_t total = 1;
  std::vector<std::size_t> stride(n), index(n, 0);  // strides of column-major order, in items
  for (std::size_t a = 0; a < n; ++a) {
    stride[a] = total;
    total *= static_cast<std::size_t>(shape[a]);
  }
  std::size_t column_major = 0;
  for (std::size_t c_order = 0; c_order < total; ++c_order) {
    std::memcpy(target + item * (to_c ? c_order : column_major),
                source + item * (to_c ? column_major : c_order), item);
    for (std::size_t a = n; a-- > 0;) {  // the last index of C order runs fastest
      column_major += stride[a];
      if (++index[a] < shape[a]) break;
      column_major -= stride[a] * static_cast<std::size_t>(shape[a]);
      index[a] = 0;
    }
  }
}

mxClassID class_of(DType dtype) {
  return dtype == DType::f8 ? mxDOUBLE_CLASS : dtype == DType::i4 ? mxINT32_CLASS : mxUINT8_CLASS;
}

wire::OutgoingFrame frame_from(const std::string& name, const mxArray* data, const mxArray* shape) {
  wire::OutgoingFrame frame;
  frame.description.name = name;
  if (!data || !is_real_numeric(data)) invalid("The array '" + name + "' is not real and full.");
  if (mxIsDouble(data)) {
    frame.description.dtype = DType::f8;
  } else if (mxIsInt32(data)) {
    frame.description.dtype = DType::i4;
  } else if (mxIsUint8(data)) {
    frame.description.dtype = DType::u1;
  } else {
    invalid("The array '" + name + "' is neither double, int32 nor uint8.");
  }
  if (!shape || !mxIsDouble(shape)) invalid("The array '" + name + "' has no shape.");
  for (std::size_t i = 0; i < mxGetNumberOfElements(shape); ++i) {
    frame.description.shape.push_back(static_cast<std::uint64_t>(element(shape, i)));
  }
  const std::size_t item = wire::item_size(frame.description.dtype);
  const std::size_t bytes = frame.description.bytes();
  if (bytes != mxGetNumberOfElements(data) * item)
    invalid("The array '" + name + "' has another size than stated.");
  frame.data = wire::Part(bytes);
  reorder(static_cast<const char*>(mxGetData(data)), static_cast<char*>(frame.data.data()),
          frame.description.shape, item, true);
  return frame;
}

}  // namespace

Value value_from(const mxArray* array) {
  if (!array || (mxIsEmpty(array) && !mxIsChar(array) && !mxIsCell(array) && !mxIsStruct(array))) return {};
  if (mxIsChar(array)) return text_from(array, "a text");
  const std::size_t n = mxGetNumberOfElements(array);
  if (mxIsLogical(array) && n == 1) return *mxGetLogicals(array) != 0;
  if (is_real_numeric(array)) {
    if (n == 1) return number_value(element(array, 0));
    Value::Array items;
    for (std::size_t i = 0; i < n; ++i) items.push_back(number_value(element(array, i)));
    return items;
  }
  if (mxIsCell(array)) {
    Value::Array items;
    for (std::size_t i = 0; i < n; ++i) items.push_back(value_from(mxGetCell(array, i)));
    return items;
  }
  if (mxIsStruct(array) && n == 1) {
    Value::Map members;
    for (int i = 0; i < mxGetNumberOfFields(array); ++i) {
      members.push_back({mxGetFieldNameByNumber(array, i), value_from(mxGetFieldByNumber(array, 0, i))});
    }
    return members;
  }
  invalid(std::string("A value of class ") + mxGetClassName(array) + " cannot be sent to the daemon.");
}

mxArray* array_from(const Value& value) {
  if (value.is_nil()) return mxCreateDoubleMatrix(0, 0, mxREAL);
  if (const bool* b = value.boolean()) return mxCreateLogicalScalar(*b);
  if (value.is_number()) return mxCreateDoubleScalar(value.number());
  if (const std::string* text = value.text()) return text_array(*text);
  if (const Value::Array* items = value.array()) return cell_or_row(*items);
  mxArray* structure = mxCreateStructMatrix(1, 1, 0, nullptr);
  for (const wire::Member& member : *value.map()) {
    const std::string name = field_name(member.key);
    const int known = mxGetFieldNumber(structure, name.c_str());
    const int field = known >= 0 ? known : mxAddField(structure, name.c_str());
    mxSetFieldByNumber(structure, 0, field, array_from(member.value));
  }
  return structure;
}

std::vector<wire::OutgoingFrame> frames_from(const mxArray* frames) {
  std::vector<wire::OutgoingFrame> out;
  if (!frames || mxIsEmpty(frames)) return out;
  if (!mxIsStruct(frames)) invalid("Array frames are not a struct array.");
  for (std::size_t i = 0; i < mxGetNumberOfElements(frames); ++i) {
    out.push_back(frame_from(text_from(mxGetField(frames, i, "name"), "a frame's name"),
                             mxGetField(frames, i, "data"), mxGetField(frames, i, "shape")));
  }
  return out;
}

mxArray* frames_struct(const wire::Response& response) {
  mxArray* structure = mxCreateStructMatrix(1, 1, 0, nullptr);
  for (std::size_t i = 0; i < response.frames.size(); ++i) {
    const wire::FrameDescription& frame = response.header.frames[i];
    std::vector<mwSize> extents(frame.shape.begin(), frame.shape.end());
    while (extents.size() < 2) extents.push_back(1);
    mxArray* array = mxCreateNumericArray(extents.size(), extents.data(), class_of(frame.dtype), mxREAL);
    reorder(static_cast<const char*>(response.frames[i].data()), static_cast<char*>(mxGetData(array)),
            frame.shape, wire::item_size(frame.dtype), false);
    const int field = mxAddField(structure, field_name(frame.name).c_str());
    mxSetFieldByNumber(structure, 0, field, array);
  }
  return structure;
}

std::string text_from(const mxArray* array, const char* what) {
  if (!array || !mxIsChar(array)) invalid(std::string("The gateway expected a text for ") + what + ".");
  std::string out;
  if constexpr (!kIsOctave) {
    out = wire::utf8_from(reinterpret_cast<const char16_t*>(mxGetChars(array)), mxGetNumberOfElements(array));
  } else {
    char* text = mxArrayToString(array);
    if (!text) invalid(std::string("The gateway cannot read the text for ") + what + ".");
    out = text;
    mxFree(text);
  }
  if (!wire::is_utf8(out)) {
    invalid("The text '" + out +
            "' is not UTF-8, so the daemon cannot be sent it. If it is the name of a file "
            "or folder, rename that, or make a link to it whose name has no special characters.");
  }
  return out;
}

mxArray* text_array(const std::string& text) {
  if (kIsOctave || text.empty() || !wire::is_utf8(text)) return mxCreateString(text.c_str());
  const std::u16string units = wire::utf16_from(text);
  mwSize extents[] = {1, static_cast<mwSize>(units.size())};
  mxArray* array = mxCreateCharArray(2, extents);
  std::memcpy(mxGetData(array), units.data(), units.size() * sizeof(char16_t));
  return array;
}

double number_from(const mxArray* array, const char* what) {
  if (!array || !is_real_numeric(array) || mxGetNumberOfElements(array) != 1) {
    invalid(std::string("The gateway expected a number for ") + what + ".");
  }
  return element(array, 0);
}

const mxArray* field_of(const mxArray* structure, const char* field, const char* what) {
  const mxArray* value = structure && mxIsStruct(structure) ? mxGetField(structure, 0, field) : nullptr;
  if (!value) invalid(std::string("The gateway expected ") + what + " with the field " + field + ".");
  return value;
}

}  // namespace euphonic::mex
