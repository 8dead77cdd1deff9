#include "support/cuda_emulation.h"

#include <setjmp.h>
#include <ucontext.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <vector>

namespace mola::cuda {

thread_local Index blockIdx;
thread_local Index threadIdx;
thread_local Index blockDim;

namespace {

constexpr size_t kStack = 64 * 1024;

// A thread of a block, and of the blocks after it. It begins as a context of its own; after that,
// setjmp is ten times as fast as swapcontext, which asks the system for the signals' mask.
struct Fiber {
  ucontext_t context{};
  jmp_buf jump{};
  std::unique_ptr<char[]> stack{new char[kStack]};
  bool is_started = false;
  bool is_done = true;
  const char* place = nullptr;  // where it waits
};

struct Block {
  std::vector<Fiber> fibers;
  std::vector<uint64_t> exchanged;
  jmp_buf scheduler{};
  const std::function<void()>* kernel = nullptr;
  std::exception_ptr error;
};
thread_local Block block;

void wait_here(Fiber& fiber) {
  if (_setjmp(fiber.jump) == 0) _longjmp(block.scheduler, 1);
}

void run_fiber() {
  for (;;) {
    try {
      (*block.kernel)();
    } catch (...) {
      block.error = std::current_exception();
    }
    auto& fiber = block.fibers[threadIdx.x];
    fiber.is_done = true;
    wait_here(fiber);
  }
}

void start(Fiber& fiber) {
  getcontext(&fiber.context);
  fiber.context.uc_stack.ss_sp = fiber.stack.get();
  fiber.context.uc_stack.ss_size = kStack;
  makecontext(&fiber.context, run_fiber, 0);
  fiber.is_started = true;
  setcontext(&fiber.context);
}

// Lets a thread run to where it meets the others, or to its end.
void go_on(Fiber& fiber) {
  if (_setjmp(block.scheduler) != 0) return;
  if (fiber.is_started) _longjmp(fiber.jump, 1);
  start(fiber);
}

// Lets all threads go on once. Returns whether they wait.
bool run_all_once() {
  size_t waiting = 0;
  for (unsigned thread = 0; thread < block.fibers.size(); ++thread) {
    threadIdx.x = thread;
    go_on(block.fibers[thread]);
    if (block.error) std::rethrow_exception(block.error);
    if (!block.fibers[thread].is_done) ++waiting;
  }
  if (waiting == 0) return false;
  const std::string place = block.fibers[0].place;
  for (const auto& fiber : block.fibers) {
    if (fiber.is_done || fiber.place != place) {
      throw std::logic_error("emulation: the threads of a block meet at different places");
    }
  }
  return true;
}

std::map<std::string, std::function<void(const void*)>>& kernels() {
  static std::map<std::string, std::function<void(const void*)>> all;
  return all;
}

}  // namespace

void run_blocks(int64_t blocks, int threads, const std::function<void()>& kernel) {
  block.kernel = &kernel;
  block.error = nullptr;
  block.fibers.resize(threads);
  block.exchanged.resize(threads);
  blockDim.x = static_cast<unsigned>(threads);
  for (int64_t index = 0; index < blocks; ++index) {
    blockIdx.x = static_cast<unsigned>(index);
    for (auto& fiber : block.fibers) fiber.is_done = false;
    while (run_all_once()) {
    }
  }
}

void meet(const char* place) {
  auto& fiber = block.fibers[threadIdx.x];
  fiber.place = place;
  wait_here(fiber);
}

void* exchange(unsigned thread) { return &block.exchanged.at(thread); }

bool add_kernel(const char* name, std::function<void(const void*)> kernel) {
  return kernels().emplace(name, std::move(kernel)).second;
}

const std::function<void(const void*)>& find_kernel(const std::string& name) {
  return kernels().at(name);
}

}  // namespace mola::cuda
