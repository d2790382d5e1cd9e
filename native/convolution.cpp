// A convolution whose derivatives of every order are convolutions of the ordinary shapes.
//
// libtorch differentiates a convolution twice through products of transposed and regrouped tensors, for which there are
// only slow kernels. With y = x * w, the two gradients gx(g, w) and gw(g, x) are linear in each argument, so what is dual to
// directions vx, vw of them is
//   to g: vx * w + x * vw,   to w: gw(g, vx),   to x: gx(g, vw):
// the same three functions again. Hessian-vector products through it take half the time.
#include <ATen/core/Tensor.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <c10/util/Optional.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <array>
#include <cstdint>
#include <vector>

namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

struct Shape {
  std::vector<int64_t> stride;
  std::vector<int64_t> padding;
  std::vector<int64_t> dilation;
  int64_t groups;

  void save(AutogradContext* context) const {
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    context->saved_data["dilation"] = dilation;
    context->saved_data["groups"] = groups;
  }

  static Shape load(AutogradContext* context) {
    auto list = [context](const char* name) { return context->saved_data[name].toIntVector(); };
    return {list("stride"), list("padding"), list("dilation"), context->saved_data["groups"].toInt()};
  }
};

Tensor convolve(const Tensor& input, const Tensor& weight, const c10::optional<Tensor>& bias, const Shape& shape);
variable_list differentiate(
    const Tensor& cotangent, const Tensor& input, const Tensor& weight, const Shape& shape, bool to_input, bool to_weight);

// a + b, where either may be undefined.
Tensor sum(const Tensor& a, const Tensor& b) {
  return !a.defined() ? b : !b.defined() ? a : a.add(b);
}

// (cotangent, input, weight) -> the gradients of <cotangent, input * weight> that are wanted, the input's first.
struct Gradients : Function<Gradients> {
  static variable_list forward(
      AutogradContext* context, const Tensor& cotangent, const Tensor& input, const Tensor& weight, const Shape& shape, bool to_input,
      bool to_weight) {
    context->set_materialize_grads(false);
    context->save_for_backward({cotangent, input, weight});
    context->saved_data["to_input"] = to_input;
    context->saved_data["to_weight"] = to_weight;
    shape.save(context);
    auto found = at::convolution_backward(
        cotangent, input, weight, c10::nullopt, shape.stride, shape.padding, shape.dilation, /*transposed=*/false, {0, 0}, shape.groups,
        {to_input, to_weight, false});
    variable_list wanted;
    if (to_input) {
      wanted.push_back(std::get<0>(found));
    }
    if (to_weight) {
      wanted.push_back(std::get<1>(found));
    }
    return wanted;
  }

  static variable_list backward(AutogradContext* context, variable_list directions) {
    auto saved = context->get_saved_variables();
    const Tensor &cotangent = saved[0], &input = saved[1], &weight = saved[2];
    Shape shape = Shape::load(context);
    bool to_input = context->saved_data["to_input"].toBool(), to_weight = context->saved_data["to_weight"].toBool();
    Tensor along_input = to_input ? directions.front() : Tensor();
    Tensor along_weight = to_weight ? directions.back() : Tensor();
    variable_list dual(6);
    if (along_input.defined()) {
      if (cotangent.requires_grad()) {
        dual[0] = convolve(along_input, weight, c10::nullopt, shape);
      }
      if (weight.requires_grad()) {
        dual[2] = differentiate(cotangent, along_input, weight, shape, false, true).front();
      }
    }
    if (along_weight.defined()) {
      if (cotangent.requires_grad()) {
        dual[0] = sum(dual[0], convolve(input, along_weight, c10::nullopt, shape));
      }
      if (input.requires_grad()) {
        dual[1] = differentiate(cotangent, input, along_weight, shape, true, false).front();
      }
    }
    return dual;
  }
};

struct Convolution : Function<Convolution> {
  static Tensor forward(
      AutogradContext* context, const Tensor& input, const Tensor& weight, const c10::optional<Tensor>& bias, const Shape& shape) {
    context->set_materialize_grads(false);
    context->save_for_backward({input, weight});
    context->saved_data["to_bias"] = bias.has_value() && bias->requires_grad();
    shape.save(context);
    return at::convolution(
        input, weight, bias, shape.stride, shape.padding, shape.dilation, /*transposed=*/false, {0, 0}, shape.groups);
  }

  static variable_list backward(AutogradContext* context, variable_list cotangents) {
    auto saved = context->get_saved_variables();
    const Tensor &cotangent = cotangents[0], &input = saved[0], &weight = saved[1];
    variable_list dual(4);
    if (!cotangent.defined()) {
      return dual;
    }
    bool to_input = input.requires_grad(), to_weight = weight.requires_grad();
    if (to_input || to_weight) {
      auto found = differentiate(cotangent, input, weight, Shape::load(context), to_input, to_weight);
      dual[0] = to_input ? found.front() : Tensor();
      dual[1] = to_weight ? found.back() : Tensor();
    }
    if (context->saved_data["to_bias"].toBool()) {
      dual[2] = cotangent.sum({0, 2, 3});
    }
    return dual;
  }
};

Tensor convolve(const Tensor& input, const Tensor& weight, const c10::optional<Tensor>& bias, const Shape& shape) {
  return Convolution::apply(input, weight, bias, shape);
}

variable_list differentiate(
    const Tensor& cotangent, const Tensor& input, const Tensor& weight, const Shape& shape, bool to_input, bool to_weight) {
  return Gradients::apply(cotangent, input, weight, shape, to_input, to_weight);
}

Tensor convolution(
    const Tensor& input, const Tensor& weight, const c10::optional<Tensor>& bias, at::IntArrayRef stride, at::IntArrayRef padding,
    at::IntArrayRef dilation, int64_t groups) {
  return convolve(input, weight, bias, {stride.vec(), padding.vec(), dilation.vec(), groups});
}

} // namespace

TORCH_LIBRARY(brink, library) {
  library.def(
      "convolution(Tensor input, Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] dilation, int groups) -> Tensor",
      convolution);
}
