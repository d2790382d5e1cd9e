// TorchScript modules: any PyTorch user's model, its parameters by name and its forward pass.
#include "boundary.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/python/update_graph_executor_opt.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace {

using torch::jit::Module;

// Where a module object holds a parameter.
struct Slot {
  c10::intrusive_ptr<c10::ivalue::Object> object;
  size_t index;
};

// A module that can be run with other parameters than its own: one thread at a time writes them into its slots.
struct Copy {
  Module module;
  std::vector<Slot> slots;
};

struct Script {
  Module module;
  std::vector<std::string> names;
  std::vector<at::Tensor> parameters;
  // For each slot of the module, the parameter it holds: tied parameters are one parameter in several slots.
  std::vector<size_t> parameter_of_slot;
  std::mutex gate;
  std::vector<std::unique_ptr<Copy>> idle;
};

// Own parameters before the parts', as named_parameters has them in Python.
void collect(const Module& module, const std::string& prefix, std::vector<std::string>& names, std::vector<Slot>& slots) {
  for (const auto& parameter : module.named_parameters(/*recurse=*/false)) {
    names.push_back(prefix + parameter.name);
    slots.push_back({module._ivalue(), module.type()->getAttributeSlot(parameter.name)});
  }
  for (const auto& child : module.named_children()) {
    collect(child.value, prefix + child.name + ".", names, slots);
  }
}

void read_parameters(Script& script) {
  std::vector<std::string> names;
  std::vector<Slot> slots;
  collect(script.module, "", names, slots);
  script.names.clear();
  script.parameters.clear();
  script.parameter_of_slot.clear();
  for (size_t k = 0; k < slots.size(); ++k) {
    at::Tensor value = slots[k].object->getSlot(slots[k].index).toTensor();
    auto same = std::find_if(script.parameters.begin(), script.parameters.end(), [&](const at::Tensor& other) {
      return other.unsafeGetTensorImpl() == value.unsafeGetTensorImpl() ||
          (value.numel() > 0 && other.data_ptr() == value.data_ptr() && other.sizes() == value.sizes());
    });
    script.parameter_of_slot.push_back(static_cast<size_t>(same - script.parameters.begin()));
    if (same == script.parameters.end()) {
      script.names.push_back(names[k]);
      script.parameters.push_back(value);
    }
  }
}

std::unique_ptr<Copy> make_copy(const Script& script) {
  at::NoGradGuard no_gradient;
  auto copy = std::make_unique<Copy>();
  copy->module = script.module.deepcopy();
  std::vector<std::string> names;
  collect(copy->module, "", names, copy->slots);
  return copy;
}

// Lends a copy of the module whose parameters are `values`; gives it back empty, so that it keeps no graph alive.
class Lent {
 public:
  Lent(Script& script, const void* const* values) : script_(script) {
    {
      std::lock_guard<std::mutex> lock(script.gate);
      if (!script.idle.empty()) {
        copy_ = std::move(script.idle.back());
        script.idle.pop_back();
      }
    }
    if (!copy_) {
      copy_ = make_copy(script);
    }
    for (size_t k = 0; k < copy_->slots.size(); ++k) {
      copy_->slots[k].object->setSlot(copy_->slots[k].index, brink::borrow(values[script.parameter_of_slot[k]]));
    }
  }

  ~Lent() {
    for (const Slot& slot : copy_->slots) {
      slot.object->setSlot(slot.index, at::Tensor());
    }
    std::lock_guard<std::mutex> lock(script_.gate);
    script_.idle.push_back(std::move(copy_));
  }

  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;

  Module& module() { return copy_->module; }

 private:
  Script& script_;
  std::unique_ptr<Copy> copy_;
};

// Runs the interpreter on the graph as it was written. The optimising executor would differentiate parts of it
// symbolically; whether all of those can be differentiated once more is not known, and the tests cover this path alone.
class Unoptimised {
 public:
  Unoptimised() : before_(torch::jit::getGraphExecutorOptimize()) { torch::jit::setGraphExecutorOptimize(false); }
  ~Unoptimised() { torch::jit::setGraphExecutorOptimize(before_); }
  Unoptimised(const Unoptimised&) = delete;
  Unoptimised& operator=(const Unoptimised&) = delete;

 private:
  bool before_;
};

bool normalises_by_batch(torch::jit::Block* block, bool training) {
  for (torch::jit::Node* node : block->nodes()) {
    const std::string kind = node->kind().toQualString();
    if (kind == "aten::batch_norm") {
      auto constant = torch::jit::toIValue(node->input(5));
      if (constant.has_value() && constant->isBool() ? constant->toBool() : training) {
        return true;
      }
    }
    for (torch::jit::Block* inner : node->blocks()) {
      if (normalises_by_batch(inner, training)) {
        return true;
      }
    }
  }
  return false;
}

} // namespace

BRINK_API int brink_script_load(const char* path, void** script) {
  return brink::guarded([&] {
    auto loaded = std::make_unique<Script>();
    loaded->module = torch::jit::load(path, at::kCPU);
    read_parameters(*loaded);
    *script = loaded.release();
  });
}

BRINK_API void brink_script_release(void* script) {
  delete static_cast<Script*>(script);
}

BRINK_API int brink_script_convert(void* script, int32_t scalar_type, int32_t device_type, int32_t device_index) {
  return brink::guarded([&] {
    auto& converted = *static_cast<Script*>(script);
    at::NoGradGuard no_gradient;
    converted.module.to(brink::device_of(device_type, device_index), static_cast<at::ScalarType>(scalar_type));
    read_parameters(converted);
    converted.idle.clear();
  });
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

BRINK_API int brink_script_normalises_by_batch(const void* script, int32_t* answer) {
  return brink::guarded([&] {
    const Module& module = static_cast<const Script*>(script)->module;
    bool training = module.is_training();
    for (const auto& part : module.modules()) {
      training = training || part.is_training();
    }
    auto graph = module.get_method("forward").graph()->copy();
    torch::jit::Inline(*graph);
    *answer = normalises_by_batch(graph->block(), training) ? 1 : 0;
  });
}

BRINK_API int brink_script_forward(void* script, const void* input, const void* const* values, void** output) {
  return brink::guarded([&] {
    Lent lent(*static_cast<Script*>(script), values);
    Unoptimised unoptimised;
    c10::IValue result = lent.module().forward({brink::borrow(input)});
    if (!result.isTensor()) {
      throw std::runtime_error("its forward returns " + result.tagKind() + " instead of one Tensor");
    }
    *output = brink::hand_over(std::move(result).toTensor());
  });
}
