// TorchScript modules: any PyTorch user's model, its parameters by name and its forward pass.
#include "boundary.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include <vector>

namespace {

struct Script {
  torch::jit::Module module;
  std::vector<std::string> names;
  std::vector<at::Tensor> parameters;
};

} // namespace

BRINK_API int brink_script_load(const char* path, void** script) {
  return brink::guarded([&] {
    auto loaded = std::make_unique<Script>();
    loaded->module = torch::jit::load(path);
    for (const auto& parameter : loaded->module.named_parameters()) {
      loaded->names.push_back(parameter.name);
      loaded->parameters.push_back(parameter.value);
    }
    *script = loaded.release();
  });
}

BRINK_API void brink_script_release(void* script) {
  delete static_cast<Script*>(script);
}

BRINK_API int32_t brink_script_parameter_count(const void* script) {
  return static_cast<int32_t>(static_cast<const Script*>(script)->parameters.size());
}

BRINK_API const char* brink_script_parameter_name(const void* script, int32_t index) {
  return static_cast<const Script*>(script)->names[static_cast<size_t>(index)].c_str();
}

BRINK_API void* brink_script_parameter(const void* script, int32_t index) {
  return brink::hand_over(static_cast<const Script*>(script)->parameters[static_cast<size_t>(index)]);
}

BRINK_API int brink_script_train(void* script, int32_t training) {
  return brink::guarded([&] { static_cast<Script*>(script)->module.train(training != 0); });
}

BRINK_API int brink_script_forward(void* script, const void* input, void** output) {
  return brink::guarded([&] {
    auto result = static_cast<Script*>(script)->module.forward({brink::borrow(input)});
    *output = brink::hand_over(std::move(result).toTensor());
  });
}
