// Threads, versions.
#include "boundary.h"

#include <ATen/Parallel.h>
#include <torch/version.h>

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
    if (auto set_blas = brink::loaded<void (*)(int)>("openblas_set_num_threads")) {
      set_blas(threads);
    }
  });
}

// Threads that BLAS uses, whichever thread calls it; zero where it cannot say.
BRINK_API int brink_blas_threads_get(int32_t* threads) {
  return brink::guarded([&] {
    auto get = brink::loaded<int (*)()>("openblas_get_num_threads");
    *threads = get ? get() : 0;
  });
}

// Describes the BLAS in the process if it can say so itself (OpenBLAS), else an empty string.
BRINK_API const char* brink_blas_description() {
  if (auto describe = brink::loaded<char* (*)()>("openblas_get_config")) {
    return describe();
  }
  return "";
}
