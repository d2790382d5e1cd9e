// Tensor memory on the CPU from tcmalloc, which keeps freed activations instead of handing them back to the kernel:
// page faults of freshly mapped activations are most of a full-batch gradient's time otherwise.
#include "boundary.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <cstring>
#include <dlfcn.h>
#include <stdexcept>

namespace {

constexpr size_t kAlignment = 64;

using Allocate = void* (*)(size_t, size_t);
using Release = void (*)(void*);

Allocate tc_allocate = nullptr;
Release tc_release = nullptr;

void release(void* memory) {
  tc_release(memory);
}

// libtorch changed `allocate` from const to non-const and added `copy_data`; without `override`, the ones that the
// libtorch at hand declares are the ones that take effect.
struct ThreadCachingAllocator final : c10::Allocator {
  c10::DataPtr take(size_t bytes) const {
    if (bytes == 0) {
      return {nullptr, nullptr, &release, c10::Device(c10::DeviceType::CPU)};
    }
    void* memory = tc_allocate(kAlignment, bytes);
    if (memory == nullptr) {
      throw std::runtime_error("out of memory: a tensor of " + std::to_string(bytes) + " bytes could not be allocated");
    }
    return {memory, memory, &release, c10::Device(c10::DeviceType::CPU)};
  }

  c10::DataPtr allocate(size_t bytes) {
    return take(bytes);
  }

  c10::DataPtr allocate(size_t bytes) const {
    return take(bytes);
  }

  c10::DeleterFnPtr raw_deleter() const {
    return &release;
  }

  void copy_data(void* destination, const void* source, size_t bytes) const {
    std::memcpy(destination, source, bytes);
  }
};

ThreadCachingAllocator allocator;

} // namespace

// Takes tensor memory from the tcmalloc in `library` (a file name for dlopen) from now on.
BRINK_API int brink_allocator_use_tcmalloc(const char* library) {
  return brink::guarded([&] {
    void* handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      throw std::runtime_error(dlerror());
    }
    tc_allocate = reinterpret_cast<Allocate>(dlsym(handle, "tc_memalign"));
    tc_release = reinterpret_cast<Release>(dlsym(handle, "tc_free"));
    if (tc_allocate == nullptr || tc_release == nullptr) {
      throw std::runtime_error(std::string(library) + " has no tc_memalign and tc_free");
    }
    c10::SetCPUAllocator(&allocator, /*priority=*/1);
  });
}
