// What MATLAB asks a MEX file before it loads it: by which release's rules it was built. `mex -R2018a` adds
// the like by itself.
#include "mex.h"

extern "C" MATLAB_EXPORT void mexfilerequiredapiversion(unsigned* built_by_release, unsigned* target_api) {
  *built_by_release = 0x2018a;
  *target_api = 0x08000000;
}
