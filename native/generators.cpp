// Random number generators and their state, so that a seed gives PyTorch's own numbers and a run can be resumed.
#include "boundary.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/core/Generator.h>

#include <mutex>
#include <stdexcept>

namespace {

at::Generator& as_generator(void* generator) {
  return *static_cast<at::Generator*>(generator);
}

} // namespace

BRINK_API int brink_generator_create(uint64_t seed, void** generator) {
  return brink::guarded([&] { *generator = new at::Generator(at::detail::createCPUGenerator(seed)); });
}

// The generator that operators use when none is named: device_type is c10's (0 CPU, 1 CUDA).
BRINK_API int brink_generator_default(int32_t device_type, int32_t device_index, void** generator) {
  return brink::guarded([&] {
    *generator = new at::Generator(at::globalContext().defaultGenerator(brink::device_of(device_type, device_index)));
  });
}

BRINK_API void brink_generator_release(void* generator) {
  delete static_cast<at::Generator*>(generator);
}

BRINK_API int brink_generator_seed(void* generator, uint64_t seed) {
  return brink::guarded([&] {
    auto& g = as_generator(generator);
    std::lock_guard<std::mutex> lock(g.mutex());
    g.set_current_seed(seed);
  });
}

BRINK_API int brink_generator_get_state(void* generator, void** state) {
  return brink::guarded([&] {
    auto& g = as_generator(generator);
    std::lock_guard<std::mutex> lock(g.mutex());
    *state = brink::hand_over(g.get_state());
  });
}

BRINK_API int brink_generator_set_state(void* generator, const void* state) {
  return brink::guarded([&] {
    auto& g = as_generator(generator);
    std::lock_guard<std::mutex> lock(g.mutex());
    g.set_state(brink::borrow(state));
  });
}
