#include "boundary.h"

#include <cstdlib>

namespace {
thread_local std::string last_error;
}

void brink::set_error(const std::string& message) {
  last_error = message;
}

BRINK_API const char* brink_last_error() {
  return last_error.c_str();
}

// Frees an array that a result list was returned in.
BRINK_API void brink_free(void* memory) {
  std::free(memory);
}
