// What tensors are and hold; everything that computes is an operator.
#include "boundary.h"

#include <c10/core/TensorImpl.h>

using brink::borrow;

BRINK_API void brink_tensor_release(void* tensor) {
  if (tensor != nullptr) {
    // Reclaiming takes the caller's reference, and dropping it may free the storage.
    at::Tensor(brink::TensorPointer::reclaim(static_cast<c10::TensorImpl*>(tensor)));
  }
}

BRINK_API void* brink_tensor_share(const void* tensor) {
  return brink::hand_over(borrow(tensor));
}

BRINK_API int brink_tensor_describe(const void* tensor, brink_tensor_description* description) {
  return brink::guarded([&] {
    const auto t = borrow(tensor);
    description->elements = t.numel();
    description->scalar_type = static_cast<int32_t>(t.scalar_type());
    description->dimensions = static_cast<int32_t>(t.dim());
    description->device_type = static_cast<int32_t>(t.device().type());
    description->device_index = t.device().has_index() ? t.device().index() : 0;
    description->requires_grad = t.requires_grad() ? 1 : 0;
    description->contiguous = t.is_contiguous() ? 1 : 0;
  });
}

BRINK_API int brink_tensor_sizes(const void* tensor, int64_t* sizes) {
  return brink::guarded([&] {
    const auto t = borrow(tensor);
    for (int64_t k = 0; k < t.dim(); ++k) {
      sizes[k] = t.size(k);
    }
  });
}

BRINK_API int brink_tensor_data(const void* tensor, void** data) {
  return brink::guarded([&] { *data = borrow(tensor).data_ptr(); });
}

BRINK_API int brink_tensor_set_requires_grad(const void* tensor, int32_t requires_grad) {
  return brink::guarded([&] { borrow(tensor).set_requires_grad(requires_grad != 0); });
}

// Makes `tensor` look at the storage of `source`, whatever graph it stands in.
BRINK_API int brink_tensor_set_data(const void* tensor, const void* source) {
  return brink::guarded([&] { borrow(tensor).set_data(borrow(source)); });
}
