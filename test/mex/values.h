// Arrays as a person would write them in MATLAB, and back.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "mex.h"

inline mxArray* text(const std::u16string& units) {
  mwSize extents[] = {1, units.size()};
  mxArray* array = mxCreateCharArray(2, extents);
  for (size_t i = 0; i < units.size(); ++i) mxGetChars(array)[i] = units[i];
  return array;
}
inline mxArray* text(const std::string& ascii) { return text(std::u16string(ascii.begin(), ascii.end())); }
inline mxArray* number(double value) { return mxCreateDoubleScalar(value); }
inline mxArray* nothing() { return mxCreateDoubleMatrix(0, 0, mxREAL); }
inline mxArray* row(const std::vector<double>& values) {
  mxArray* array = mxCreateDoubleMatrix(1, values.size(), mxREAL);
  for (size_t i = 0; i < values.size(); ++i) static_cast<double*>(mxGetData(array))[i] = values[i];
  return array;
}
inline mxArray* structure(std::initializer_list<std::pair<const char*, mxArray*>> members) {
  mxArray* array = mxCreateStructMatrix(1, 1, 0, nullptr);
  for (const auto& [name, value] : members) {
    mxAddField(array, name);
    mxSetField(array, 0, name, value);
  }
  return array;
}
inline mxArray* cell(const std::vector<mxArray*>& items) {
  mxArray* array = mxCreateCellMatrix(1, items.size());
  for (size_t i = 0; i < items.size(); ++i) mxSetCell(array, i, items[i]);
  return array;
}

inline std::u16string units_of(const mxArray* array) {
  return {mxGetChars(array), mxGetChars(array) + mxGetNumberOfElements(array)};
}
// Of what is ASCII.
inline std::string text_of(const mxArray* array) {
  const std::u16string units = units_of(array);
  return {units.begin(), units.end()};
}
inline std::vector<double> numbers_of(const mxArray* array) {
  const auto* data = static_cast<const double*>(mxGetData(array));
  return {data, data + mxGetNumberOfElements(array) * (mxIsComplex(array) ? 2 : 1)};
}
