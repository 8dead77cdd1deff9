#include "model/cuda_compiler.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <filesystem>
#include <vector>

#include "base/fingerprint.h"
#include "kernels/cuda/sources.h"
#include "mola/base/error.h"

namespace mola {
namespace {

const std::vector<const char*> kOptions = {"--std=c++17", "--device-as-default-execution-space",
                                           "--ptxas-options=-v"};

// Where LibTorch of a Python package has the CUDA that it was built for.
std::vector<std::string> paths_of_nvrtc() {
  std::vector<std::string> paths;
  Dl_info torch{};
  if (dladdr(reinterpret_cast<const void*>(&at::get_num_threads), &torch) != 0) {
    const auto packages = std::filesystem::path(torch.dli_fname).parent_path() / "../..";
    paths.push_back((packages / "nvidia/cu13/lib/libnvrtc.so.13").lexically_normal().string());
  }
  paths.emplace_back("libnvrtc.so.13");
  paths.emplace_back("libnvrtc.so.12");
  return paths;
}

// libnvrtc opens this by its name alone, which the loader finds if it is open already.
void open_builtins(const std::filesystem::path& folder) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const auto name = entry.path().filename().string();
    if (name.rfind("libnvrtc-builtins.so", 0) == 0) dlopen(entry.path().c_str(), RTLD_NOW);
  }
}

void* open_nvrtc() {
  std::string problem;
  for (const auto& path : paths_of_nvrtc()) {
    auto* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    const auto folder = std::filesystem::path(path).parent_path();
    if (library != nullptr && !folder.empty()) open_builtins(folder);
    if (library != nullptr) return library;
    if (problem.empty()) problem = dlerror();
  }
  fail("CUDA's compiler cannot be opened: ", problem);
}

}  // namespace

// The functions of nvrtc.h, whose results are 0 or the number of an error.
struct CudaCompiler::Library {
  using Program = struct _nvrtcProgram*;
  void* handle = open_nvrtc();

  template <class Function>
  Function find(const char* name) const {
    auto* symbol = dlsym(handle, name);
    if (symbol == nullptr) fail("CUDA's compiler has no function ", name);
    return reinterpret_cast<Function>(symbol);
  }

  int (*version)(int*, int*) = find<int (*)(int*, int*)>("nvrtcVersion");
  int (*create)(Program*, const char*, const char*, int, const char* const*,
                const char* const*) = find<decltype(create)>("nvrtcCreateProgram");
  int (*destroy)(Program*) = find<decltype(destroy)>("nvrtcDestroyProgram");
  int (*compile)(Program, int, const char* const*) = find<decltype(compile)>("nvrtcCompileProgram");
  int (*log_size)(Program, size_t*) = find<decltype(log_size)>("nvrtcGetProgramLogSize");
  int (*log)(Program, char*) = find<decltype(log)>("nvrtcGetProgramLog");
  int (*binary_size)(Program, size_t*) = find<decltype(binary_size)>("nvrtcGetCUBINSize");
  int (*binary)(Program, char*) = find<decltype(binary)>("nvrtcGetCUBIN");
  const char* (*message)(int) = find<decltype(message)>("nvrtcGetErrorString");

  void check(int result, const std::string& what) const {
    if (result != 0) fail("CUDA's compiler: ", what, ": ", message(result));
  }

  std::string text(Program program, int (*size_of)(Program, size_t*),
                   int (*get)(Program, char*)) const {
    size_t size = 0;
    check(size_of(program, &size), "reading a result");
    std::string text(size, '\0');
    check(get(program, text.data()), "reading a result");
    return text;
  }
};

CudaCompiler::CudaCompiler() : library_(std::make_unique<Library>()) {}

CudaCompiler::~CudaCompiler() = default;  // the library stays open: its kernels may be running

CudaCompiler::Result CudaCompiler::compile(const std::string& source, int architecture) const {
  std::vector<const char*> names;
  std::vector<const char*> texts;
  for (const auto& header : cuda_headers()) {
    names.push_back(header.name);
    texts.push_back(header.text);
  }
  struct Owner {
    const Library& library;
    Library::Program program = nullptr;
    ~Owner() { library.destroy(&program); }
  } owner{*library_};
  library_->check(library_->create(&owner.program, cuda_source(source), (source + ".cu").c_str(),
                                   static_cast<int>(names.size()), texts.data(), names.data()),
                  source + ".cu");
  auto options = kOptions;
  const std::string of_architecture = "--gpu-architecture=sm_" + std::to_string(architecture);
  options.push_back(of_architecture.c_str());
  const int result =
      library_->compile(owner.program, static_cast<int>(options.size()), options.data());
  auto log = library_->text(owner.program, library_->log_size, library_->log);
  log.erase(log.find_last_not_of('\0') + 1);  // the 0 at its end
  if (result != 0) {
    fail("kernels/cuda/", source, ".cu does not compile for sm_", architecture, ": ", log);
  }
  return {library_->text(owner.program, library_->binary_size, library_->binary), log};
}

std::string CudaCompiler::fingerprint(const std::string& source, int architecture) const {
  Fingerprint fingerprint;
  int major = 0;
  int minor = 0;
  library_->check(library_->version(&major, &minor), "asking for its version");
  fingerprint.add(major);
  fingerprint.add(minor);
  fingerprint.add(architecture);
  fingerprint.add(cuda_source(source));
  for (const auto& header : cuda_headers()) fingerprint.add(header.text);
  for (const auto* option : kOptions) fingerprint.add(option);
  return fingerprint.text();
}

}  // namespace mola
