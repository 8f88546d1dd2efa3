// A session of MATLAB, as far as the gateway sees one: the MEX function is loaded, called and unloaded.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "mex.h"

// What a test expected and did not find; what the MEX function raised.
struct Failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct MexError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void expect(bool condition, const std::string& message);

class Session {
 public:
  explicit Session(const std::string& file);

  // The one result of gateway(arguments…). Throws MexError for what is raised.
  mxArray* call(const std::vector<mxArray*>& arguments);
  // As `clear mex` does; nothing is called afterwards.
  void unload();

 private:
  void* library_;
  void (*function_)(int, mxArray*[], int, const mxArray*[]);
};

void* symbol_of(void* library, const char* name);
void end_process(long pid);
