// The kernel's profile for the benchmarks.
#pragma once

#include <napi.h>

namespace euphonic::node {

// profile(plan, jobOptions, qpts, seconds): a promise of a NativeProfile, measured on a thread of its own.
Napi::Value profile(const Napi::CallbackInfo& info);

}  // namespace euphonic::node
