// Ctrl-C in MATLAB and Octave.
#pragma once

namespace euphonic::mex {

// Whether the user has asked to stop; asking consumes the request, so that the interpreter does not act on it
// too.
bool interrupted();

}  // namespace euphonic::mex
