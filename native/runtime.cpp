// Threads, devices, versions.
#include "boundary.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/version.h>

#include <dlfcn.h>
#include <stdexcept>

namespace {

// A function of a library that is in the process already, whatever it is called: OpenBLAS and the CUDA runtime are
// reached this way, so that neither is needed to build.
template <class Function>
Function loaded(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

} // namespace

BRINK_API const char* brink_torch_version() {
  return TORCH_VERSION;
}

BRINK_API int brink_threads_get(int32_t* threads) {
  return brink::guarded([&] { *threads = at::get_num_threads(); });
}

// Threads that one operator may use, on the calling thread and on threads started later; BLAS, which knows only one
// number for the whole process, follows where it can.
BRINK_API int brink_threads_set(int32_t threads) {
  return brink::guarded([&] {
    at::set_num_threads(threads);
    if (auto set_blas = loaded<void (*)(int)>("openblas_set_num_threads")) {
      set_blas(threads);
    }
  });
}

// Threads that BLAS uses, whichever thread calls it; zero where it cannot say.
BRINK_API int brink_blas_threads_get(int32_t* threads) {
  return brink::guarded([&] {
    auto get = loaded<int (*)()>("openblas_get_num_threads");
    *threads = get ? get() : 0;
  });
}

// Describes the BLAS in the process if it can say so itself (OpenBLAS), else an empty string.
BRINK_API const char* brink_blas_description() {
  if (auto describe = loaded<char* (*)()>("openblas_get_config")) {
    return describe();
  }
  return "";
}

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
    if (auto device_count = loaded<int (*)(int*)>("cudaGetDeviceCount")) {
      int devices = 0;
      if (device_count(&devices) == 0) {
        *count = devices;
      }
    }
  });
}

BRINK_API int brink_cuda_memory(int64_t* free_bytes, int64_t* total_bytes) {
  return brink::guarded([&] {
    auto query = loaded<int (*)(size_t*, size_t*)>("cudaMemGetInfo");
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
    auto synchronize = loaded<int (*)()>("cudaDeviceSynchronize");
    if (synchronize == nullptr || synchronize() != 0) {
      throw std::runtime_error("CUDA did not finish its work");
    }
  });
}

// TF32 halves the digits of float32 products on recent GPUs: off, unless asked for.
BRINK_API int brink_cuda_precision(int32_t allow_tf32, int32_t deterministic) {
  return brink::guarded([&] {
    auto& context = at::globalContext();
    context.setAllowTF32CuBLAS(allow_tf32 != 0);
    context.setAllowTF32CuDNN(allow_tf32 != 0);
    context.setDeterministicCuDNN(deterministic != 0);
    context.setBenchmarkCuDNN(false);
  });
}
