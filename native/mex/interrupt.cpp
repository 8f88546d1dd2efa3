#include "mex/interrupt.h"

#include <csignal>

#if defined(_WIN32)
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace euphonic::mex {
namespace {

// Neither interpreter documents how a MEX function learns of Ctrl-C, so the symbols are looked up at run
// time: where one is missing, the call can be waited for but not interrupted.
void* interpreter_symbol(const char* name) {
#if defined(_WIN32)
  const HMODULE library = GetModuleHandleA("libut.dll");
  return library ? reinterpret_cast<void*>(GetProcAddress(library, name)) : nullptr;
#else
  return dlsym(RTLD_DEFAULT, name);
#endif
}

volatile std::sig_atomic_t* signal_caught() {
  static auto* const caught =
      static_cast<volatile std::sig_atomic_t*>(interpreter_symbol("octave_signal_caught"));
  return caught;
}

bool interrupted_in_octave() {
  auto* const caught = signal_caught();
  static const auto handle = reinterpret_cast<void (*)()>(interpreter_symbol("octave_handle_signal"));
  if (!caught || !handle || !*caught) return false;
  *caught = 0;
  try {
    handle();  // any signal may be pending (a child that ended); only an interrupt makes it throw
  } catch (...) {
    keep_pending();
    return true;
  }
  return false;
}

bool interrupted_in_matlab() {
  static const auto pending = reinterpret_cast<bool (*)()>(interpreter_symbol("utIsInterruptPending"));
  return pending && pending();
}

}  // namespace

void keep_pending() {
  static auto* const state = static_cast<std::sig_atomic_t*>(interpreter_symbol("octave_interrupt_state"));
  auto* const caught = signal_caught();
  if (!caught || !state) return;
  *state = 1;
  *caught = 1;
}

bool interrupted() { return interrupted_in_octave() || interrupted_in_matlab(); }

}  // namespace euphonic::mex
