// Process groups of libtorch (c10d): sums and broadcasts among the processes of one run. Built where Gloo's headers are at
// hand (Debian's libgloo-dev), with NCCL beside it where libtorch was built with that; CMake defines which (CMakeLists.txt).
#include "boundary.h"

#ifdef BRINK_WITH_PROCESS_GROUPS
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#ifdef BRINK_WITH_NCCL
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <dlfcn.h>

#include <atomic>
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
#ifdef BRINK_WITH_PROCESS_GROUPS
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
class Collectives {
 public:
  virtual ~Collectives() = default;
  virtual void all_reduce(at::Tensor tensor) = 0;
  virtual void broadcast(at::Tensor tensor, int root) = 0;
  virtual void barrier() = 0;
};

template <class Backend>
class CollectivesOf final : public Collectives {
 public:
  explicit CollectivesOf(c10::intrusive_ptr<Backend> backend) : backend_(std::move(backend)) {}

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
  c10::intrusive_ptr<Backend> backend_;
};

// The processes of one run: Gloo for what lies in the host's memory, and NCCL for what lies on GPUs once all ranks asked for it.
class Group {
 public:
  Group(StorePointer store, std::unique_ptr<Collectives> host, int rank, int size, Milliseconds wait)
      : store_(std::move(store)), host_(std::move(host)), rank_(rank), size_(size), wait_(wait) {}

  bool on_gpus() const { return gpus_ != nullptr; }

  void use_nccl() {
#ifdef BRINK_WITH_NCCL
    auto options = c10d::ProcessGroupNCCL::Options::create();
    options->timeout = wait_;
    StorePointer names = c10::make_intrusive<c10d::PrefixStore>("brink/nccl", store_);
    gpus_ = std::make_unique<CollectivesOf<c10d::ProcessGroupNCCL>>(
        c10::make_intrusive<c10d::ProcessGroupNCCL>(names, rank_, size_, options));
#else
    throw std::runtime_error("process groups over nccl were not built");
#endif
  }

  void sum(const at::Tensor& tensor) {
    ++sums_;
    bytes_ += static_cast<int64_t>(tensor.nbytes());
    of(tensor).all_reduce(tensor);
  }

  void broadcast(const at::Tensor& tensor, int root) { of(tensor).broadcast(tensor, root); }

  void barrier() { host_->barrier(); }

  int64_t sums() const { return sums_; }
  int64_t bytes() const { return bytes_; }

 private:
  Collectives& of(const at::Tensor& tensor) {
    if (!tensor.is_cuda()) {
      return *host_;
    }
    if (!on_gpus()) {
      throw std::runtime_error("a tensor on a GPU was given to a process group without NCCL");
    }
    return *gpus_;
  }

  // The store outlives the backends: rank 0's answers the others while they connect.
  StorePointer store_;
  std::unique_ptr<Collectives> host_;
  std::unique_ptr<Collectives> gpus_;
  int rank_;
  int size_;
  Milliseconds wait_;
  std::atomic<int64_t> sums_{0};
  std::atomic<int64_t> bytes_{0};
};

std::shared_ptr<::gloo::transport::Device> device_for(const std::string& address) {
  using Gloo = c10d::ProcessGroupGloo;
  // The variable that PyTorch reads as well.
  if (const char* interface = std::getenv("GLOO_SOCKET_IFNAME"); interface != nullptr && *interface != '\0') {
    return Gloo::createDeviceForInterface(interface);
  }
  const bool local = address == "127.0.0.1" || address == "localhost" || address == "::1";
  return local ? Gloo::createDeviceForHostname("127.0.0.1") : Gloo::createDefaultDevice();
}

// Up to here a rank that does not come is noticed in the time given to start. (The store's own waiting gives up without
// saying so, and Gloo's would take the time given to the sums.) Another thread sets `stop` where nobody wants to wait any more.
void wait_for_all(c10d::Store& store, int size, Milliseconds start, const int32_t* stop) {
  const char* key = "brink/ranks";
  const auto end = std::chrono::steady_clock::now() + start;
  int64_t here = store.add(key, 1);
  while (here < size) {
    const bool stopped = __atomic_load_n(stop, __ATOMIC_ACQUIRE) != 0;
    if (stopped || std::chrono::steady_clock::now() > end) {
      // Whoever comes later must not take this rank for one that waits.
      store.add(key, -1);
      throw std::runtime_error(std::to_string(here) + " of " + std::to_string(size) + " ranks came");
    }
    std::this_thread::sleep_for(Milliseconds(10));
    here = store.add(key, 0);
  }
}

std::unique_ptr<Group> create(
    int rank,
    int size,
    const std::string& address,
    uint16_t port,
    const std::string& prefix,
    Milliseconds start,
    Milliseconds wait,
    const int32_t* stop) {
  c10d::TCPStoreOptions options;
  options.port = port;
  options.isServer = rank == 0 && prefix.empty();
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
  if (!prefix.empty()) {
    store = c10::make_intrusive<c10d::PrefixStore>(prefix, store);
  }
  wait_for_all(*store, size, start, stop);
  // Connecting is given the time to start; what follows waits for the slowest rank's work.
  auto gloo = c10d::ProcessGroupGloo::Options::create(wait);
  gloo->devices.push_back(device_for(address));
  auto host = std::make_unique<CollectivesOf<c10d::ProcessGroupGloo>>(
      c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, gloo));
  return std::make_unique<Group>(std::move(store), std::move(host), rank, size, wait);
}

Group& group_of(void* group) {
  return *static_cast<Group*>(group);
}

// y = sum of x over the ranks, on every rank. As a map of all ranks' x to all ranks' y it is its own transpose: the gradient
// with respect to x is the sum of the gradients with respect to y, and so for every derivative after it.
class SumOverRanks : public torch::autograd::Function<SumOverRanks> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, int64_t group) {
    context->saved_data["group"] = group;
    Group& ranks = group_of(reinterpret_cast<void*>(group));
    // Gloo sums in the host's memory.
    at::Tensor sum = x.is_cuda() && !ranks.on_gpus() ? x.cpu() : x.clone(at::MemoryFormat::Contiguous);
    ranks.sum(sum);
    return sum.to(x.device());
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* context, const torch::autograd::variable_list& gradients) {
    return {SumOverRanks::apply(gradients[0], context->saved_data["group"].toInt()), at::Tensor()};
  }
};

at::Tensor sum_over_ranks(void* group, const at::Tensor& x) {
  return SumOverRanks::apply(x, reinterpret_cast<int64_t>(group));
}

#else

// Nothing was built: the functions stay, so that the managed side finds them and can say what is missing.
class Group {
 public:
  void sum(const at::Tensor&) {}
  int64_t sums() const { return 0; }
  int64_t bytes() const { return 0; }
  void use_nccl() {}
  void broadcast(const at::Tensor&, int) {}
  void barrier() {}
};

Group& group_of(void*) {
  throw std::runtime_error("process groups were not built");
}

at::Tensor sum_over_ranks(void* group, const at::Tensor&) {
  group_of(group);
  return at::Tensor();
}

#endif

} // namespace

// Whether a backend ("gloo", "nccl") was built.
BRINK_API int32_t brink_process_group_supported(const char* backend) {
  return supported(backend) ? 1 : 0;
}

// Joins a group: rank 0 listens at address:port, the others connect there; returns when all `size` ranks have. With a prefix,
// somebody else listens there already, and the group's names in that store begin with it. The first timeout is for that, the
// second for a collective operation, which waits for the slowest rank. The wait for the others ends as a failure when another
// thread writes to `stop` something other than 0.
BRINK_API int brink_process_group_create(
    int32_t rank,
    int32_t size,
    const char* address,
    int32_t port,
    const char* prefix,
    int64_t start_milliseconds,
    int64_t wait_milliseconds,
    const int32_t* stop,
    void** group) {
  return brink::guarded([&] {
#ifdef BRINK_WITH_PROCESS_GROUPS
    *group = create(
                 rank, size, address, static_cast<uint16_t>(port), prefix, Milliseconds(start_milliseconds),
                 Milliseconds(wait_milliseconds), stop)
                 .release();
#else
    (void)rank, (void)size, (void)address, (void)port, (void)prefix, (void)start_milliseconds, (void)wait_milliseconds, (void)stop, (void)group;
    throw std::runtime_error("process groups were not built");
#endif
  });
}

// From now on what lies on GPUs is summed there, over NCCL; every rank calls this, and each has a GPU of its own.
BRINK_API int brink_process_group_use_nccl(void* group) {
  return brink::guarded([&] { group_of(group).use_nccl(); });
}

// Replaces the tensor's elements by their sums over the ranks; the same bits on every rank.
BRINK_API int brink_process_group_all_reduce(void* group, const void* tensor) {
  return brink::guarded([&] { group_of(group).sum(brink::borrow(tensor)); });
}

// A tensor's sum over the ranks as a new tensor, through which can be differentiated, any number of times: each backward pass
// through it is a sum over the ranks again, so all ranks make the same ones.
BRINK_API int brink_process_group_sum(void* group, const void* tensor, void** sum) {
  return brink::guarded([&] { *sum = brink::hand_over(sum_over_ranks(group, brink::borrow(tensor))); });
}

// How many sums were taken, and the bytes of their tensors.
BRINK_API int brink_process_group_counts(void* group, int64_t* sums, int64_t* bytes) {
  return brink::guarded([&] {
    *sums = group_of(group).sums();
    *bytes = group_of(group).bytes();
  });
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
