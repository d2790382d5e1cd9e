// The C ABI of Brink over libtorch. Everything crosses as plain data: tensors are owning pointers to their
// c10::TensorImpl, operators are found once by name and called with tagged values, failures come back as a message.
//
// Only ATen/core, autograd, jit and c10d headers are used, so that the same source builds from libtorch 1.13 to today's.
#pragma once

#include <cstdint>

#define BRINK_API extern "C" __attribute__((visibility("default")))

// One argument or result of an operator. `count` is the length of a list or string, the index of a device.
struct brink_value {
  int32_t tag;
  int32_t count;
  union {
    int64_t i;
    double d;
    const void* p;
  };
};

enum brink_tag : int32_t {
  BRINK_NONE = 0,
  BRINK_TENSOR = 1,
  BRINK_INT = 2,
  BRINK_DOUBLE = 3,
  BRINK_BOOL = 4,
  BRINK_INT_LIST = 5,
  BRINK_TENSOR_LIST = 6,
  BRINK_DOUBLE_LIST = 7,
  BRINK_STRING = 8,
  BRINK_GENERATOR = 9,
  BRINK_DEVICE = 10,
  BRINK_BOOL_LIST = 11,
  BRINK_OPTIONAL_TENSOR_LIST = 12,
};

// What there is to know about a tensor without reading its elements.
struct brink_tensor_description {
  int64_t elements;
  int32_t scalar_type;
  int32_t dimensions;
  int32_t device_type;
  int32_t device_index;
  int32_t requires_grad;
  int32_t contiguous;
};
