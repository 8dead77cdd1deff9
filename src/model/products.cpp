#include "mola/model/products.h"

#include <torch/types.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <vector>

#include "ops/device.h"
#include "ops/frozen_products.h"
#include "ops/matmul.h"

namespace mola {
namespace {

using torch::Tensor;

constexpr int64_t kFewRows = 128;
constexpr int64_t kManyRows = 512;
constexpr int kMostRuns = 3;
constexpr double kEnoughSeconds = 0.05;  // of runs that are timed
constexpr double kGain = 0.97;           // the share of the default's time that is worth a change

// A product x w^T with a frozen weight, or dy W, of which w is the transposed weight.
struct FrozenProduct {
  std::string name;
  Tensor w;  // [M, K]
};

FrozenProduct product_of(const Tensor& weight, bool is_forward) {
  const std::string dtype = weight.scalar_type() == torch::kBFloat16 ? "bf16" : "f32";
  const auto shape = std::to_string(weight.size(0)) + "x" + std::to_string(weight.size(1));
  const auto w = weight.detach();
  return {dtype + (is_forward ? " forward " : " backward ") + shape, is_forward ? w : w.t()};
}

bool has_products(const Tensor& weight) {
  const auto dtype = weight.scalar_type();
  return on_host(weight) && at::hasMKLDNN() && !weight.requires_grad() &&
         (dtype == torch::kFloat || dtype == torch::kBFloat16);
}

using Seconds = std::map<ProductMethod, double>;

// The least seconds of a few runs with each method, in turns.
Seconds time_methods(const FrozenProduct& product, int64_t rows, const Tensor& packed) {
  const auto x = torch::ones({rows, product.w.size(1)}, product.w.options());
  Seconds seconds = {{ProductMethod::kAten, 0}, {ProductMethod::kOnednn, 0}};
  if (x.scalar_type() == torch::kBFloat16) seconds[ProductMethod::kFp32] = 0;
  if (packed.defined()) seconds[ProductMethod::kPacked] = 0;
  for (auto& [method, least] : seconds) {
    multiply_nt(x, product.w, method, packed);  // libraries prepare for a shape at its first use
    least = std::numeric_limits<double>::infinity();
  }
  double sum = 0;
  for (int run = 0; run < kMostRuns && sum < kEnoughSeconds; ++run) {
    for (auto& [method, least] : seconds) {
      const auto start = std::chrono::steady_clock::now();
      multiply_nt(x, product.w, method, packed);
      const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
      least = std::min(least, time.count());
      sum += time.count();
    }
  }
  return seconds;
}

ProductMethod fastest(const Seconds& seconds, bool may_pack, bool is_fp32) {
  auto best = is_fp32 ? ProductMethod::kOnednn : ProductMethod::kAten;
  double limit = kGain * seconds.at(best);
  for (const auto& [method, time] : seconds) {
    if (time >= limit || (method == ProductMethod::kPacked && !may_pack)) continue;
    best = method;
    limit = time;
  }
  return best;
}

// The times of one product, by rows.
struct TimedProduct {
  std::string name;
  bool is_fp32;
  std::map<int64_t, Seconds> seconds;

  TimedProduct(const FrozenProduct& product, bool packs)
      : name(product.name), is_fp32(product.w.scalar_type() == torch::kFloat) {
    const auto packed = packs ? packed_for_onednn(product.w) : Tensor();
    for (const int64_t rows : {kFewRows, kManyRows}) {
      seconds[rows] = time_methods(product, rows, packed);
    }
  }
  MethodsByRows methods(bool may_pack) const {
    MethodsByRows chosen;
    for (const auto& [rows, times] : seconds) chosen[rows] = fastest(times, may_pack, is_fp32);
    return chosen;
  }
  // The seconds that a packed copy saves, over all numbers of rows.
  double gain() const {
    double sum = 0;
    for (const auto& [rows, times] : seconds) {
      sum += times.at(fastest(times, false, is_fp32)) - times.at(fastest(times, true, is_fp32));
    }
    return sum;
  }
};

void choose(const Tensor& weight, int64_t copies, const ProductChoices& known,
            ProductChoices& choices) {
  if (!has_products(weight) || choices.count(product_of(weight, true).name) != 0) return;
  const auto known_forward = known.find(product_of(weight, true).name);
  const auto known_backward = known.find(product_of(weight, false).name);
  if (known_forward != known.end() && known_backward != known.end()) {
    choices.insert({*known_forward, *known_backward});
    return;
  }
  const TimedProduct forward(product_of(weight, true), copies > 0);
  const TimedProduct backward(product_of(weight, false), copies > 0);
  const bool forward_gains_more = copies == 1 && forward.gain() >= backward.gain();
  choices[forward.name] = forward.methods(copies == 2 || forward_gains_more);
  choices[backward.name] = backward.methods(copies == 2 || (copies == 1 && !forward_gains_more));
}

std::shared_ptr<const FrozenProducts> chosen_for(const Tensor& weight,
                                                 const ProductChoices& choices) {
  const auto forward = choices.find(product_of(weight, true).name);
  const auto backward = choices.find(product_of(weight, false).name);
  if (!has_products(weight) || forward == choices.end() || backward == choices.end()) return {};
  return std::make_shared<FrozenProducts>(weight, forward->second, backward->second);
}

}  // namespace

ProductChoices choose_products(Llama& model, int64_t copies, const ProductChoices& known) {
  torch::NoGradGuard no_grad;
  ProductChoices choices;
  choose(model->head_weight(), /*copies=*/0, known, choices);
  model->for_each_projection(
      [&](const ProjectionPlace& place) { choose(place.group.weight, copies, known, choices); });
  return choices;
}

void use_products(Llama& model, const ProductChoices& choices) {
  torch::NoGradGuard no_grad;
  model->head_products = chosen_for(model->head_weight(), choices);
  model->for_each_projection([&](const ProjectionPlace& place) {
    if (place.index == 0) place.group.products = chosen_for(place.group.weight, choices);
  });
}

}  // namespace mola
