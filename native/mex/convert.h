// mxArrays as header values and array frames, and back.
#pragma once

#include <string>
#include <vector>

#include "mex/mx.h"
#include "mex/wire/connection.h"

namespace euphonic::mex {

// These throw Failure(invalid_argument) for what the protocol cannot say (complex, sparse, objects, …).

// char row -> text; logical scalar -> boolean; real scalar -> integer if it is one, else number; [] -> nil;
// other real arrays and cells -> array in column-major order; scalar struct -> map.
wire::Value value_from(const mxArray* array);
// nil -> []; text -> char row; numbers and booleans -> double and logical scalars; an array of numbers ->
// row, any other array -> 1×n cell; map -> scalar struct (keys that are not identifiers are made so).
mxArray* array_from(const wire::Value& value);

// `frames` is a struct array with fields name, data (real double, int32 or uint8) and shape (row of extents;
// numel of data is their product). The data are column-major as everywhere in MATLAB and are put
// into C order.
std::vector<wire::OutgoingFrame> frames_from(const mxArray* frames);
// A struct with one field for each frame of a response, in MATLAB's order and shape ([n] becomes a column).
mxArray* frames_struct(const wire::Response& response);

// As UTF-8; `what` names it in the error for what is not text.
std::string text_from(const mxArray* array, const char* what);
// A char row of UTF-8.
mxArray* text_array(const std::string& text);
double number_from(const mxArray* array, const char* what);
// A field that must exist; `what` names the struct in the error.
const mxArray* field_of(const mxArray* structure, const char* field, const char* what);

}  // namespace euphonic::mex
