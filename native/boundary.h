// Both directions of the boundary: C++ exceptions into messages, raw pointers into tensors and back.
#pragma once

#include "brink_native.h"

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/UndefinedTensorImpl.h>

#include <dlfcn.h>
#include <exception>
#include <string>

namespace brink {

// Remembers the message for brink_last_error on this thread.
void set_error(const std::string& message);

// Runs `body`; any exception becomes a message and status 1.
template <class Body>
int guarded(Body&& body) noexcept {
  try {
    body();
    return 0;
  } catch (const c10::Error& error) {
    set_error(error.what_without_backtrace());
  } catch (const std::exception& error) {
    set_error(error.what());
  } catch (...) {
    set_error("an exception that is no std::exception");
  }
  return 1;
}

// A function of a library that is in the process already, whatever that is called, or nullptr: OpenBLAS and CUDA's runtime are
// reached this way, so that neither is needed to build.
template <class Function>
Function loaded(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

// A device by c10's type (0 CPU, 1 CUDA) and index. The processor has no index in libtorch: what is on "cpu" would be copied
// on its way to "cpu:0".
inline c10::Device device_of(int64_t type, int64_t index) {
  const auto kind = static_cast<c10::DeviceType>(type);
  return kind == c10::DeviceType::CPU ? c10::Device(kind) : c10::Device(kind, static_cast<c10::DeviceIndex>(index));
}

using TensorPointer = c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>;

// A tensor that shares `pointer`; the caller keeps its own reference.
inline at::Tensor borrow(const void* pointer) {
  auto* impl = static_cast<c10::TensorImpl*>(const_cast<void*>(pointer));
  if (impl == nullptr) {
    return at::Tensor();
  }
  c10::raw::intrusive_ptr::incref(impl);
  return at::Tensor(TensorPointer::reclaim(impl));
}

// Hands one reference to the other side; nullptr for an undefined tensor.
inline void* hand_over(at::Tensor tensor) {
  return tensor.defined() ? static_cast<void*>(tensor.unsafeReleaseTensorImpl()) : nullptr;
}

} // namespace brink
