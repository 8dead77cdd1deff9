#include "products.h"

#include <torch/cuda.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include "mola/model/products.h"
#include "ops/causal_attention.h"
#include "ops/matmul.h"

namespace mola {
namespace {

using torch::Tensor;

// Collects products and merges equal ones.
class ProductList {
 public:
  void add(const Product& added) {
    for (auto& product : products_) {
      if (product.kind == added.kind && product.batch == added.batch && product.m == added.m &&
          product.k == added.k && product.n == added.n &&
          product.transposed_a == added.transposed_a &&
          product.transposed_b == added.transposed_b) {
        product.count += added.count;
        return;
      }
    }
    products_.push_back(added);
  }

  std::vector<Product> take() { return std::move(products_); }

 private:
  std::vector<Product> products_;
};

// y = x W^T, dx = dy W; the input of the first layer needs no gradient.
void add_frozen(ProductList& list, const ProjectionGroupImpl& group, int64_t tokens,
                bool input_gradient) {
  const int64_t out = group.weight.size(0);
  const int64_t in = group.weight.size(1);
  list.add({"frozen", 1, tokens, in, out, false, true, 1});
  if (input_gradient) list.add({"frozen", 1, tokens, out, in, false, false, 1});
}

// Returns whether the group has experts.
bool add_thin(ProductList& list, const ProjectionGroupImpl& group, int64_t tokens,
              bool input_gradient) {
  const int64_t in = group.weight.size(1);
  int64_t rows = 0;  // of all A
  for (const auto& mixture : group.mixtures) {
    if (mixture.is_empty()) continue;
    const int64_t width = mixture->options.num_experts() * mixture->options.rank();
    const int64_t out = mixture->options.out_features();
    rows += width;
    list.add({"thin", 1, tokens, width, out, false, true, 1});   // y += h B^T
    list.add({"thin", 1, tokens, out, width, false, false, 1});  // dh = dy B
    list.add({"thin", 1, out, tokens, width, true, false, 1});   // dB = dy^T h
  }
  if (rows == 0) return false;
  list.add({"thin", 1, tokens, in, rows, false, true, 1});  // x D^T
  list.add({"thin", 1, rows, tokens, in, true, false, 1});  // dD
  if (input_gradient) list.add({"thin", 1, tokens, rows, in, false, false, 1});
  return true;
}

// q k^T and p v; backward do v^T, ds k, ds^T q and p^T do. The fused kernel skips the half above
// the diagonal, and recomputes q k^T for the gradient.
void add_attention(ProductList& list, const LlamaConfig& config, torch::Dtype dtype, int64_t batch,
                   int64_t time, bool input_gradient) {
  const int64_t heads = batch * config.num_attention_heads;
  const int64_t width = config.head_dim;
  const bool whole = attends_by_products(dtype, {{}, {0, time}, {}});
  const double share = whole ? 1 : 0.5;
  list.add({"attention", heads, time, width, time, false, true, share});
  list.add({"attention", heads, time, time, width, false, false, share});
  if (!input_gradient) return;
  list.add({"attention", heads, time, width, time, false, true, whole ? share : 2 * share});
  list.add({"attention", heads, time, time, width, false, false, share});
  list.add({"attention", heads, time, time, width, true, false, 2 * share});
}

double seconds_of(const std::function<void()>& run, torch::Device device) {
  if (device.is_cuda()) torch::cuda::synchronize();
  const auto start = std::chrono::steady_clock::now();
  run();
  if (device.is_cuda()) torch::cuda::synchronize();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Tensor random_operand(int64_t batch, int64_t rows, int64_t columns, bool transposed,
                      torch::TensorOptions options) {
  auto operand =
      torch::randn({batch, transposed ? columns : rows, transposed ? rows : columns}, options);
  if (transposed) operand = operand.transpose(1, 2);
  return batch == 1 ? operand[0] : operand;
}

}  // namespace

double choose_timed(Llama& model, const std::string& pack_weights) {
  const auto device = model->embed_tokens.device();
  if (!device.is_cpu()) return 0;
  const int64_t copies = pack_weights == "auto" ? 1 : pack_weights == "true" ? 2 : 0;
  return seconds_of([&] { use_products(model, choose_products(model, copies)); }, device);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::vector<Product> products_of_step(Llama& model, int64_t batch, int64_t time, int64_t targets) {
  ProductList list;
  const int64_t tokens = batch * time;
  bool input_gradient = false;  // the input of the first experts needs no gradient
  const auto add_group = [&](const ProjectionGroupImpl& group) {
    add_frozen(list, group, tokens, input_gradient);
    input_gradient = add_thin(list, group, tokens, input_gradient) || input_gradient;
  };
  for (const auto& layer : model->layers) {
    add_group(*layer->self_attn->qkv);
    add_attention(list, model->config, model->embed_tokens.scalar_type(), batch, time,
                  input_gradient);
    add_group(*layer->self_attn->o);
    add_group(*layer->mlp->gate_up);
    add_group(*layer->mlp->down);
  }
  const int64_t hidden = model->config.hidden_size;
  const int64_t vocabulary = model->config.vocab_size;
  list.add({"head", 1, targets, hidden, vocabulary, false, true, 1});
  list.add({"head", 1, targets, vocabulary, hidden, false, false, 1});
  return list.take();
}

ReferenceRates::ReferenceRates(const std::vector<Product>& products, torch::Dtype dtype,
                               torch::Device device) {
  const auto options = torch::dtype(dtype).device(device);
  for (const auto& product : products) {
    timed_.push_back(
        {product,
         random_operand(product.batch, product.m, product.k, product.transposed_a, options),
         random_operand(product.batch, product.k, product.n, product.transposed_b, options),
         {},
         {}});
    auto& timed = timed_.back();
    if (product.kind == "frozen" && device.is_cpu() && at::hasMKLDNN()) {
      timed.packed_b = packed_for_onednn(timed.b.t());
    }
  }
  measure();  // warm-up: libraries initialize a shape at its first use
  for (auto& timed : timed_) timed.seconds.clear();
}

void ReferenceRates::measure() {
  torch::NoGradGuard no_grad;
  for (auto& timed : timed_) {
    const auto device = timed.a.device();
    std::vector<double> seconds = {seconds_of([&] { timed.a.matmul(timed.b); }, device)};
    if (timed.product.batch == 1) {
      seconds.push_back(seconds_of([&] { timed.b.t().matmul(timed.a.t()); }, device));
      if (device.is_cpu() && at::hasMKLDNN()) {
        const auto by = [&](ProductMethod method) {
          return [&timed, method] { multiply_nt(timed.a, timed.b.t(), method, timed.packed_b); };
        };
        seconds.push_back(seconds_of(by(ProductMethod::kOnednn), device));
        if (timed.packed_b.defined()) {
          seconds.push_back(seconds_of(by(ProductMethod::kPacked), device));
        }
      }
    }
    timed.seconds.resize(seconds.size());
    for (size_t i = 0; i < seconds.size(); ++i) timed.seconds[i].push_back(seconds[i]);
  }
}

double ReferenceRates::seconds(const std::string& kind) const {
  double sum = 0;
  for (const auto& timed : timed_) {
    if (kind.empty() || kind == timed.product.kind) {
      auto best = median(timed.seconds.front());
      for (const auto& times : timed.seconds) best = std::min(best, median(times));
      sum += best * timed.product.count;
    }
  }
  return sum;
}

double ReferenceRates::flops(const std::string& kind) const {
  double sum = 0;
  for (const auto& timed : timed_) {
    if (kind.empty() || kind == timed.product.kind) {
      sum += timed.product.flops() * timed.product.count;
    }
  }
  return sum;
}

}  // namespace mola
