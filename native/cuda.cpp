// The GPU: whether there is one, its memory, how exact its products are.
#include "boundary.h"

#include <ATen/Context.h>
#ifdef BRINK_WITH_CUDA
#include <c10/cuda/CUDACachingAllocator.h>
#endif

#include <array>
#include <stdexcept>

BRINK_API int32_t brink_cuda_available() {
  try {
    return at::globalContext().hasCUDA() ? 1 : 0;
  } catch (...) {
    return 0;
  }
}

BRINK_API int brink_cuda_device_count(int32_t* count) {
  return brink::guarded([&] {
    *count = 0;
    if (auto device_count = brink::loaded<int (*)(int*)>("cudaGetDeviceCount")) {
      int devices = 0;
      if (device_count(&devices) == 0) {
        *count = devices;
      }
    }
  });
}

// The model of a GPU, good until this thread asks again; empty where the driver does not say. The driver is asked: the runtime
// hands out a structure that has changed with its versions.
BRINK_API const char* brink_cuda_device_name(int32_t index) {
  thread_local std::array<char, 256> name;
  name.fill('\0');
  if (void* driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_NOLOAD)) {
    auto name_of = reinterpret_cast<int (*)(char*, int, int)>(dlsym(driver, "cuDeviceGetName"));
    if (name_of == nullptr || name_of(name.data(), static_cast<int>(name.size()) - 1, index) != 0) {
      name.fill('\0');
    }
    dlclose(driver);
  }
  return name.data();
}

BRINK_API int brink_cuda_memory(int64_t* free_bytes, int64_t* total_bytes) {
  return brink::guarded([&] {
    auto query = brink::loaded<int (*)(size_t*, size_t*)>("cudaMemGetInfo");
    size_t available = 0, total = 0;
    if (query == nullptr || query(&available, &total) != 0) {
      throw std::runtime_error("CUDA does not say how much memory it has");
    }
    *free_bytes = static_cast<int64_t>(available);
    *total_bytes = static_cast<int64_t>(total);
  });
}

BRINK_API int brink_cuda_synchronize() {
  return brink::guarded([&] {
    auto synchronize = brink::loaded<int (*)()>("cudaDeviceSynchronize");
    if (synchronize == nullptr || synchronize() != 0) {
      throw std::runtime_error("CUDA did not finish its work");
    }
  });
}

// TF32 halves the digits of float32 products on recent GPUs. Where the same bits are not asked for, cuDNN tries its algorithms
// on first use and takes the fastest, which may add in changing order.
BRINK_API int brink_cuda_precision(int32_t allow_tf32, int32_t deterministic) {
  return brink::guarded([&] {
    auto& context = at::globalContext();
    context.setAllowTF32CuBLAS(allow_tf32 != 0);
    context.setAllowTF32CuDNN(allow_tf32 != 0);
    context.setDeterministicCuDNN(deterministic != 0);
    context.setBenchmarkCuDNN(deterministic == 0);
  });
}

// Bytes that tensors on the current GPU hold at this moment, and the most they held since the count was last begun; both zero
// where the native library was built without CUDA's headers.
BRINK_API int brink_cuda_tensor_bytes(int64_t* now, int64_t* peak) {
  return brink::guarded([&] {
    *now = *peak = 0;
#ifdef BRINK_WITH_CUDA
    const auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(c10::cuda::current_device());
    constexpr size_t kAllPools = 0;
    *now = stats.allocated_bytes[kAllPools].current;
    *peak = stats.allocated_bytes[kAllPools].peak;
#endif
  });
}

// Begins to count the peak anew, and hands the memory that no tensor holds back to the GPU.
BRINK_API int brink_cuda_release_free() {
  return brink::guarded([&] {
#ifdef BRINK_WITH_CUDA
    c10::cuda::CUDACachingAllocator::resetPeakStats(c10::cuda::current_device());
    c10::cuda::CUDACachingAllocator::emptyCache();
#endif
  });
}
