// Ctrl-C in MATLAB and Octave.
#pragma once

namespace euphonic::mex {

// Whether the user has asked to stop. The request stays pending: once the call has returned the interpreter
// acts on it as well, and so a loop around it ends even where it catches errors.
bool interrupted();

// After Octave's interrupt has been caught as an exception: makes it pending again. Nothing in MATLAB, where
// none is thrown.
void keep_pending();

}  // namespace euphonic::mex
