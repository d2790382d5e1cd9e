// Reverse-mode differentiation and the switches around it.
#include "boundary.h"

#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include <vector>

// Gradients of Σ⟨outputs, output_gradients⟩ with respect to the inputs. A null entry of output_gradients stands for
// one; with allow_unused an input that does not reach the outputs gives a null pointer.
BRINK_API int brink_grad(
    const void* const* outputs,
    int32_t output_count,
    const void* const* inputs,
    int32_t input_count,
    const void* const* output_gradients,
    int32_t retain_graph,
    int32_t create_graph,
    int32_t allow_unused,
    void** gradients) {
  return brink::guarded([&] {
    std::vector<at::Tensor> ys, xs, seeds;
    for (int32_t k = 0; k < output_count; ++k) {
      ys.push_back(brink::borrow(outputs[k]));
      if (output_gradients != nullptr) {
        seeds.push_back(brink::borrow(output_gradients[k]));
      }
    }
    for (int32_t k = 0; k < input_count; ++k) {
      xs.push_back(brink::borrow(inputs[k]));
    }
    auto found = torch::autograd::grad(ys, xs, seeds, retain_graph != 0, create_graph != 0, allow_unused != 0);
    for (int32_t k = 0; k < input_count; ++k) {
      gradients[k] = brink::hand_over(std::move(found[static_cast<size_t>(k)]));
    }
  });
}

BRINK_API int32_t brink_grad_mode_get() {
  return c10::GradMode::is_enabled() ? 1 : 0;
}

BRINK_API void brink_grad_mode_set(int32_t enabled) {
  c10::GradMode::set_enabled(enabled != 0);
}
