// CUDA graphs: the kernels of some work, recorded once and started together from then on. Small networks need it: a kernel takes
// less time there than starting it.
#include "boundary.h"

#ifdef BRINK_WITH_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>

#include <memory>
#endif

#include <stdexcept>

namespace {

#ifdef BRINK_WITH_CUDA

class Graph {
 public:
  // Recording needs a stream of its own; what comes before it on the ordinary one has to be done.
  Graph() : ordinary_(c10::cuda::getCurrentCUDAStream()), recording_(c10::cuda::getStreamFromPool()) {
    c10::cuda::device_synchronize();
    c10::cuda::setCurrentCUDAStream(recording_);
  }

  ~Graph() { c10::cuda::setCurrentCUDAStream(ordinary_); }

  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  void begin() {
    c10::cuda::device_synchronize();
    graph_.capture_begin();
  }

  void end() {
    graph_.capture_end();
    c10::cuda::setCurrentCUDAStream(ordinary_);
  }

  void replay() { graph_.replay(); }

 private:
  c10::cuda::CUDAStream ordinary_;
  c10::cuda::CUDAStream recording_;
  at::cuda::CUDAGraph graph_;
};

#else

// Nothing was built: the functions stay, so that the managed side finds them and can say what is missing.
class Graph {
 public:
  Graph() { throw std::runtime_error("CUDA graphs were not built: CUDA's headers were not found"); }
  void begin() {}
  void end() {}
  void replay() {}
};

#endif

Graph& graph_of(void* graph) {
  return *static_cast<Graph*>(graph);
}

} // namespace

BRINK_API int32_t brink_cuda_graphs_supported() {
#ifdef BRINK_WITH_CUDA
  return 1;
#else
  return 0;
#endif
}

// Turns this thread to a stream on which the work can be recorded. It is to be done there once before, so that what libraries
// set up on first use is there.
BRINK_API int brink_cuda_graph_create(void** graph) {
  return brink::guarded([&] { *graph = new Graph(); });
}

// From here to the end nothing is computed, only recorded.
BRINK_API int brink_cuda_graph_begin(void* graph) {
  return brink::guarded([&] { graph_of(graph).begin(); });
}

// Ends the recording, and turns this thread back to its ordinary stream.
BRINK_API int brink_cuda_graph_end(void* graph) {
  return brink::guarded([&] { graph_of(graph).end(); });
}

// Does the recorded work, with what its input tensors hold now, on this thread's stream.
BRINK_API int brink_cuda_graph_replay(void* graph) {
  return brink::guarded([&] { graph_of(graph).replay(); });
}

// Also where recording failed; this thread is back on its ordinary stream.
BRINK_API void brink_cuda_graph_release(void* graph) {
  try {
    delete static_cast<Graph*>(graph);
  } catch (...) {
    // The GPU is lost; whoever uses it next hears of it.
  }
}
