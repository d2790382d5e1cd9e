// Every ATen operator through one entry: find it once by name, call it with tagged values.
#include "boundary.h"

#include <ATen/core/Generator.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>

#include <cstdlib>
#include <stdexcept>

namespace {

using brink::borrow;
using brink::hand_over;

c10::IValue to_ivalue(const brink_value& value) {
  switch (value.tag) {
    case BRINK_NONE:
      return c10::IValue();
    case BRINK_TENSOR:
      return c10::IValue(borrow(value.p));
    case BRINK_INT:
      return c10::IValue(value.i);
    case BRINK_DOUBLE:
      return c10::IValue(value.d);
    case BRINK_BOOL:
      return c10::IValue(value.i != 0);
    case BRINK_INT_LIST: {
      const auto* items = static_cast<const int64_t*>(value.p);
      return c10::IValue(c10::List<int64_t>(c10::ArrayRef<int64_t>(items, value.count)));
    }
    case BRINK_DOUBLE_LIST: {
      const auto* items = static_cast<const double*>(value.p);
      return c10::IValue(c10::List<double>(c10::ArrayRef<double>(items, value.count)));
    }
    case BRINK_BOOL_LIST: {
      const auto* items = static_cast<const uint8_t*>(value.p);
      c10::List<bool> list;
      list.reserve(value.count);
      for (int32_t k = 0; k < value.count; ++k) {
        list.push_back(items[k] != 0);
      }
      return c10::IValue(std::move(list));
    }
    case BRINK_TENSOR_LIST: {
      const auto* items = static_cast<const void* const*>(value.p);
      c10::List<at::Tensor> list;
      list.reserve(value.count);
      for (int32_t k = 0; k < value.count; ++k) {
        list.push_back(borrow(items[k]));
      }
      return c10::IValue(std::move(list));
    }
    case BRINK_OPTIONAL_TENSOR_LIST: {
      const auto* items = static_cast<const void* const*>(value.p);
      c10::List<c10::optional<at::Tensor>> list;
      list.reserve(value.count);
      for (int32_t k = 0; k < value.count; ++k) {
        list.push_back(items[k] == nullptr ? c10::optional<at::Tensor>() : c10::optional<at::Tensor>(borrow(items[k])));
      }
      return c10::IValue(std::move(list));
    }
    case BRINK_STRING:
      return c10::IValue(std::string(static_cast<const char*>(value.p), static_cast<size_t>(value.count)));
    case BRINK_GENERATOR:
      return c10::IValue(*static_cast<const at::Generator*>(value.p));
    case BRINK_DEVICE:
      return c10::IValue(brink::device_of(value.i, value.count));
    default:
      throw std::invalid_argument("unknown tag " + std::to_string(value.tag) + " in an operator's arguments");
  }
}

brink_value to_value(c10::IValue&& result) {
  brink_value value{};
  if (result.isTensor()) {
    value.tag = BRINK_TENSOR;
    value.p = hand_over(std::move(result).toTensor());
  } else if (result.isInt()) {
    value.tag = BRINK_INT;
    value.i = result.toInt();
  } else if (result.isDouble()) {
    value.tag = BRINK_DOUBLE;
    value.d = result.toDouble();
  } else if (result.isBool()) {
    value.tag = BRINK_BOOL;
    value.i = result.toBool() ? 1 : 0;
  } else if (result.isTensorList()) {
    auto tensors = result.toTensorVector();
    auto** items = static_cast<void**>(std::malloc(sizeof(void*) * (tensors.size() + 1)));
    for (size_t k = 0; k < tensors.size(); ++k) {
      items[k] = hand_over(std::move(tensors[k]));
    }
    value.tag = BRINK_TENSOR_LIST;
    value.count = static_cast<int32_t>(tensors.size());
    value.p = items;
  } else if (result.isNone()) {
    value.tag = BRINK_NONE;
  } else {
    throw std::invalid_argument("an operator returned a " + result.tagKind() + ", which does not cross the boundary");
  }
  return value;
}

} // namespace

BRINK_API int brink_operator_find(const char* name, const char* overload, void** handle) {
  return brink::guarded([&] {
    auto found = c10::Dispatcher::singleton().findSchema({name, overload});
    if (!found.has_value()) {
      throw std::invalid_argument(std::string("libtorch has no operator ") + name + "." + overload);
    }
    *handle = new c10::OperatorHandle(*found);
  });
}

// Calls the operator; arguments that are not given take the schema's defaults.
BRINK_API int brink_operator_call(
    const void* handle,
    const brink_value* arguments,
    int32_t argument_count,
    brink_value* results,
    int32_t capacity,
    int32_t* result_count) {
  return brink::guarded([&] {
    const auto& op = *static_cast<const c10::OperatorHandle*>(handle);
    const auto& schema = op.schema();
    const auto wanted = schema.arguments().size();
    if (static_cast<size_t>(argument_count) > wanted) {
      throw std::invalid_argument(schema.name() + " takes " + std::to_string(wanted) + " arguments, not " + std::to_string(argument_count));
    }
    torch::jit::Stack stack;
    stack.reserve(wanted);
    for (int32_t k = 0; k < argument_count; ++k) {
      stack.push_back(to_ivalue(arguments[k]));
    }
    for (size_t k = static_cast<size_t>(argument_count); k < wanted; ++k) {
      const auto& argument = schema.arguments()[k];
      if (!argument.default_value().has_value()) {
        throw std::invalid_argument(schema.name() + ": argument '" + argument.name() + "' is missing");
      }
      stack.push_back(*argument.default_value());
    }
    op.callBoxed(&stack);
    if (stack.size() > static_cast<size_t>(capacity)) {
      throw std::invalid_argument(schema.name() + " returned more results than there is room for");
    }
    for (size_t k = 0; k < stack.size(); ++k) {
      results[k] = to_value(std::move(stack[k]));
    }
    *result_count = static_cast<int32_t>(stack.size());
  });
}
