#include "session.h"

#include "interpreter.h"

#if defined(_WIN32)
#include <windows.h>
#else
#include <dlfcn.h>
#include <signal.h>
#endif

void expect(bool condition, const std::string& message) {
  if (!condition) throw Failed(message);
}

namespace {

#if defined(_WIN32)
void* load(const std::string& file) { return reinterpret_cast<void*>(LoadLibraryA(file.c_str())); }
std::string reason() { return "error " + std::to_string(GetLastError()); }
void forget(void* library) { FreeLibrary(reinterpret_cast<HMODULE>(library)); }
#else
void* load(const std::string& file) { return dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL); }
std::string reason() { return dlerror(); }
void forget(void* library) { dlclose(library); }
#endif

}  // namespace

#if defined(_WIN32)
void* symbol_of(void* library, const char* name) {
  return reinterpret_cast<void*>(GetProcAddress(reinterpret_cast<HMODULE>(library), name));
}
void end_process(long pid) {
  const HANDLE process = OpenProcess(PROCESS_TERMINATE, FALSE, static_cast<DWORD>(pid));
  TerminateProcess(process, 1);
  CloseHandle(process);
}
#else
void* symbol_of(void* library, const char* name) { return dlsym(library, name); }
void end_process(long pid) { kill(static_cast<pid_t>(pid), SIGKILL); }
#endif

Session::Session(const std::string& file) : library_(load(file)) {
  if (!library_) throw Failed(file + " does not load: " + reason());
  // MATLAB asks this first
  const auto required =
      reinterpret_cast<void (*)(unsigned*, unsigned*)>(symbol_of(library_, "mexfilerequiredapiversion"));
  function_ = reinterpret_cast<decltype(function_)>(symbol_of(library_, "mexFunction"));
  expect(required && function_, file + " has no mexFunction or no mexfilerequiredapiversion");
  unsigned built = 0, target = 0;
  required(&built, &target);
  expect(built == 0x2018a && target == 0x08000000, "another API than that of mex -R2018a");
}

mxArray* Session::call(const std::vector<mxArray*>& arguments) {
  Raised& state = raised();
  std::jmp_buf* const outer = state.target;
  std::jmp_buf here;
  mxArray* volatile result = nullptr;
  volatile bool failed = false;
  if (setjmp(here) == 0) {
    state.target = &here;
    mxArray* out[1] = {nullptr};
    function_(1, out, static_cast<int>(arguments.size()), const_cast<const mxArray**>(arguments.data()));
    result = out[0];
  } else {
    failed = true;
  }
  state.target = outer;
  if (failed) throw MexError(state.identifier + " " + state.message);
  expect(result != nullptr, "the MEX function returned nothing");
  return result;
}

void Session::unload() {
  if (at_exit()) at_exit()();
  forget(library_);
}
