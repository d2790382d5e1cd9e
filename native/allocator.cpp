// Tensor memory on the CPU: from tcmalloc, which keeps freed activations instead of handing them back to the kernel
// (page faults of freshly mapped activations are most of a full-batch gradient's time otherwise), and counted, so that
// a run can tell how much memory a recorded graph holds.
#include "boundary.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <malloc.h>
#include <stdexcept>
#include <sys/mman.h>

namespace {

constexpr size_t kAlignment = 64;

// From this size on the kernel is asked for huge pages: one fault for 2 MiB where there were 512.
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kLarge = 16 * kHugePage;

// Only pages that lie wholly within the memory: what stands beside it is others'. A refusal changes nothing.
void ask_for_huge_pages(void* memory, size_t bytes) {
  auto first = (reinterpret_cast<uintptr_t>(memory) + kHugePage - 1) / kHugePage * kHugePage;
  auto end = (reinterpret_cast<uintptr_t>(memory) + bytes) / kHugePage * kHugePage;
  madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
}

struct Source {
  void* (*allocate)(size_t alignment, size_t bytes);
  void (*release)(void* memory);
  size_t (*size)(void* memory);
};

// libc, until tcmalloc is asked for; both are asked the same three questions.
Source source{memalign, std::free, malloc_usable_size};

// Hands free pages back to the kernel; null where the allocator has no such call.
void (*release_free)() = nullptr;

std::atomic<int64_t> live_bytes{0};

void release(void* memory) {
  if (memory != nullptr) {
    live_bytes.fetch_sub(static_cast<int64_t>(source.size(memory)), std::memory_order_relaxed);
    source.release(memory);
  }
}

// libtorch changed `allocate` from const to non-const and added `copy_data`; without `override`, the ones that the
// libtorch at hand declares are the ones that take effect.
struct CountingAllocator final : c10::Allocator {
  c10::DataPtr take(size_t bytes) const {
    void* memory = nullptr;
    if (bytes != 0) {
      memory = source.allocate(kAlignment, bytes);
      if (memory == nullptr) {
        throw std::runtime_error("out of memory: a tensor of " + std::to_string(bytes) + " bytes could not be allocated");
      }
      if (bytes >= kLarge) {
        ask_for_huge_pages(memory, bytes);
      }
      live_bytes.fetch_add(static_cast<int64_t>(source.size(memory)), std::memory_order_relaxed);
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

  void copy_data(void* destination, const void* from, size_t bytes) const {
    std::memcpy(destination, from, bytes);
  }
};

CountingAllocator allocator;

} // namespace

// Counts tensor memory from now on and takes it from the tcmalloc in `library` (a file name for dlopen), or from libc
// where the name is empty. To be called before the first tensor is made, once.
BRINK_API int brink_allocator_install(const char* library) {
  return brink::guarded([&] {
    if (*library != '\0') {
      void* handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
      if (handle == nullptr) {
        throw std::runtime_error(dlerror());
      }
      Source found{
          reinterpret_cast<void* (*)(size_t, size_t)>(dlsym(handle, "tc_memalign")),
          reinterpret_cast<void (*)(void*)>(dlsym(handle, "tc_free")),
          reinterpret_cast<size_t (*)(void*)>(dlsym(handle, "tc_malloc_size"))};
      if (found.allocate == nullptr || found.release == nullptr || found.size == nullptr) {
        throw std::runtime_error(std::string(library) + " has no tc_memalign, tc_free and tc_malloc_size");
      }
      source = found;
      release_free = reinterpret_cast<void (*)()>(dlsym(handle, "MallocExtension_ReleaseFreeMemory"));
    }
    c10::SetCPUAllocator(&allocator, /*priority=*/1);
  });
}

// Bytes that tensors on the CPU hold at this moment; zero until the allocator is installed.
BRINK_API int64_t brink_allocator_live_bytes() {
  return live_bytes.load(std::memory_order_relaxed);
}

// Hands memory that no tensor holds back to the kernel: after a measurement that took more than the run will need.
BRINK_API void brink_allocator_release_free() {
  if (release_free != nullptr) {
    release_free();
  }
}
