// Process groups of libtorch (c10d): sums and broadcasts among the processes of one run. Gloo where its headers are at
// hand (Debian's libgloo-dev), NCCL where libtorch was built with it; CMake defines which (CMakeLists.txt).
#include "boundary.h"

#ifdef BRINK_WITH_PROCESS_GROUPS
#ifdef BRINK_WITH_GLOO
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#endif
#ifdef BRINK_WITH_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <dlfcn.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>
#endif

#include <cstring>
#include <stdexcept>

namespace {

constexpr const char* kGloo = "gloo";
constexpr const char* kNccl = "nccl";

bool is(const char* backend, const char* name) {
  return std::strcmp(backend, name) == 0;
}

bool supported(const char* backend) {
#ifdef BRINK_WITH_GLOO
  if (is(backend, kGloo)) {
    return true;
  }
#endif
#ifdef BRINK_WITH_NCCL
  if (is(backend, kNccl)) {
    return true;
  }
#endif
  (void)backend;
  return false;
}

#ifdef BRINK_WITH_PROCESS_GROUPS

using Milliseconds = std::chrono::milliseconds;
using StorePointer = c10::intrusive_ptr<c10d::Store>;

// What one backend can do. libtorch's own base class changed from ProcessGroup to Backend in 2.0.
class Group {
 public:
  virtual ~Group() = default;
  virtual void all_reduce(at::Tensor tensor) = 0;
  virtual void broadcast(at::Tensor tensor, int root) = 0;
  virtual void barrier() = 0;
};

template <class Backend>
class GroupOf final : public Group {
 public:
  GroupOf(StorePointer store, c10::intrusive_ptr<Backend> backend)
      : store_(std::move(store)), backend_(std::move(backend)) {}

  void all_reduce(at::Tensor tensor) override {
    std::vector<at::Tensor> tensors{std::move(tensor)};
    backend_->allreduce(tensors)->wait();
  }

  void broadcast(at::Tensor tensor, int root) override {
    std::vector<at::Tensor> tensors{std::move(tensor)};
    c10d::BroadcastOptions options;
    options.rootRank = root;
    backend_->broadcast(tensors, options)->wait();
  }

  void barrier() override { backend_->barrier()->wait(); }

 private:
  // The store outlives the group: rank 0's answers the others while they connect.
  StorePointer store_;
  c10::intrusive_ptr<Backend> backend_;
};

#ifdef BRINK_WITH_GLOO
std::shared_ptr<::gloo::transport::Device> device_for(const std::string& address) {
  using Gloo = c10d::ProcessGroupGloo;
  // The variable that PyTorch reads as well.
  if (const char* interface = std::getenv("GLOO_SOCKET_IFNAME"); interface != nullptr && *interface != '\0') {
    return Gloo::createDeviceForInterface(interface);
  }
  const bool local = address == "127.0.0.1" || address == "localhost" || address == "::1";
  return local ? Gloo::createDeviceForHostname("127.0.0.1") : Gloo::createDefaultDevice();
}
#endif

// Up to here a rank that does not come is noticed in the time given to start. (The store's own waiting gives up without
// saying so, and Gloo's would take the time given to the sums.)
void wait_for_all(c10d::Store& store, int size, Milliseconds start) {
  const char* key = "brink/ranks";
  const auto end = std::chrono::steady_clock::now() + start;
  int64_t here = store.add(key, 1);
  while (here < size) {
    if (std::chrono::steady_clock::now() > end) {
      throw std::runtime_error(std::to_string(here) + " of " + std::to_string(size) + " ranks came");
    }
    std::this_thread::sleep_for(Milliseconds(10));
    here = store.add(key, 0);
  }
}

std::unique_ptr<Group> create(
    const char* backend, int rank, int size, const std::string& address, uint16_t port, Milliseconds start, Milliseconds wait) {
  c10d::TCPStoreOptions options;
  options.port = port;
  options.isServer = rank == 0;
  options.numWorkers = static_cast<std::size_t>(size);
  options.waitWorkers = false;
  options.timeout = start;
  // Failures come back as messages; what libtorch would log besides has no reader.
  if (std::getenv("GLOG_minloglevel") == nullptr) {
    if (auto* level = static_cast<int*>(dlsym(RTLD_DEFAULT, "_ZN3fLI17FLAGS_minloglevelE"))) {
      constexpr int kFatal = 3;
      *level = kFatal;
    }
  }
  StorePointer store = c10::make_intrusive<c10d::TCPStore>(address, options);
  wait_for_all(*store, size, start);
#ifdef BRINK_WITH_GLOO
  if (is(backend, kGloo)) {
    // Connecting is given the time to start; what follows waits for the slowest rank's work.
    auto gloo = c10d::ProcessGroupGloo::Options::create(wait);
    gloo->devices.push_back(device_for(address));
    return std::make_unique<GroupOf<c10d::ProcessGroupGloo>>(
        store, c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, gloo));
  }
#endif
#ifdef BRINK_WITH_NCCL
  if (is(backend, kNccl)) {
    auto nccl = c10d::ProcessGroupNCCL::Options::create();
    nccl->timeout = wait;
    return std::make_unique<GroupOf<c10d::ProcessGroupNCCL>>(
        store, c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, size, nccl));
  }
#endif
  throw std::runtime_error(std::string("no such backend: ") + backend);
}

Group& group_of(void* group) {
  return *static_cast<Group*>(group);
}

#else

// Nothing was built: the functions stay, so that the managed side finds them and can say what is missing.
class Group {
 public:
  void all_reduce(const at::Tensor&) {}
  void broadcast(const at::Tensor&, int) {}
  void barrier() {}
};

Group& group_of(void*) {
  throw std::runtime_error("process groups were not built");
}

#endif

} // namespace

// Whether a backend ("gloo", "nccl") was built.
BRINK_API int32_t brink_process_group_supported(const char* backend) {
  return supported(backend) ? 1 : 0;
}

// Joins a group: rank 0 listens at address:port, the others connect there; returns when all `size` ranks have. The first
// timeout is for that, the second for a collective operation, which waits for the slowest rank.
BRINK_API int brink_process_group_create(
    const char* backend,
    int32_t rank,
    int32_t size,
    const char* address,
    int32_t port,
    int64_t start_milliseconds,
    int64_t wait_milliseconds,
    void** group) {
  return brink::guarded([&] {
    if (!supported(backend)) {
      throw std::runtime_error(std::string("process groups over ") + backend + " were not built");
    }
#ifdef BRINK_WITH_PROCESS_GROUPS
    *group = create(
                 backend, rank, size, address, static_cast<uint16_t>(port), Milliseconds(start_milliseconds),
                 Milliseconds(wait_milliseconds))
                 .release();
#else
    (void)rank, (void)size, (void)address, (void)port, (void)start_milliseconds, (void)wait_milliseconds, (void)group;
#endif
  });
}

// Replaces the tensor's elements by their sums over the ranks; the same bits on every rank.
BRINK_API int brink_process_group_all_reduce(void* group, const void* tensor) {
  return brink::guarded([&] { group_of(group).all_reduce(brink::borrow(tensor)); });
}

// Replaces the tensor's elements by those that rank `root` has.
BRINK_API int brink_process_group_broadcast(void* group, const void* tensor, int32_t root) {
  return brink::guarded([&] { group_of(group).broadcast(brink::borrow(tensor), root); });
}

// Waits until every rank has come here.
BRINK_API int brink_process_group_barrier(void* group) {
  return brink::guarded([&] { group_of(group).barrier(); });
}

BRINK_API void brink_process_group_release(void* group) {
  try {
    delete static_cast<Group*>(group);
  } catch (...) {
    // A group whose other ranks are gone has nothing left to say.
  }
}
