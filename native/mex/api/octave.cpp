// What Octave asks of a MEX file since its version 10, before it calls it: by which number of liboctmex it
// was built. Up to Octave 11 that is 1; older ones do not ask. `mkoctfile --mex` adds the like by itself.
extern "C" {
extern __attribute__((visibility("default"))) const int __octave_mex_soversion__;
const int __octave_mex_soversion__ = 1;
}
