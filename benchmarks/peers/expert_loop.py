"""Times training steps of MoLA as a loop over experts, on a random LLaMA of transformers.

    python expert_loop.py --layers 8 --hidden 1024 --allocation 2468 --rank 8 --dtype bf16

This is the usual implementation of a mixture of experts in Python: each expert gathers its tokens,
computes, and adds its output to the result. Routers and experts are fp32, as in PEFT; there is no
dropout. Needs the packages in tests/reference/requirements.txt.
"""

import argparse

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import LlamaForCausalLM

import options
from common import PROJECTIONS, benchmark, random_model

ALPHA = 16
BALANCE_COEFFICIENT = 0.001


class ExpertLoop(nn.Module):
    """y = W x + (alpha / r) * sum over S of p'_e B_e A_e x; S are the top_k largest of
    p = softmax(R x), p' is p over S, normalized. A single expert has no router."""

    def __init__(self, base: nn.Linear, num_experts: int, top_k: int, rank: int):
        super().__init__()
        self.base = base
        self.top_k = min(top_k, num_experts)
        self.scaling = ALPHA / rank
        inputs, outputs = base.in_features, base.out_features

        def fp32(rows: int, columns: int) -> nn.Linear:
            return nn.Linear(columns, rows, bias=False, device=base.weight.device)

        self.lora_A = nn.ModuleList(fp32(rank, inputs) for _ in range(num_experts))
        self.lora_B = nn.ModuleList(fp32(outputs, rank) for _ in range(num_experts))
        for b in self.lora_B:
            nn.init.zeros_(b.weight)
        self.router = fp32(num_experts, inputs) if num_experts > 1 else None
        self.routing: tuple[Tensor, Tensor] | None = None  # p [N, E], S [N, K] of the last forward

    def expert(self, e: int, tokens: Tensor) -> Tensor:
        return self.lora_B[e](self.lora_A[e](tokens)) * self.scaling

    def forward(self, x: Tensor) -> Tensor:
        """[B, T, in] -> [B, T, out]"""
        flat = x.flatten(0, -2)
        y = self.base(flat).float()
        tokens = flat.float()
        if self.router is None:
            y = y + self.expert(0, tokens)
        else:
            self.add_experts(y, tokens)
        return y.to(x.dtype).unflatten(0, x.shape[:-1])

    def add_experts(self, y: Tensor, tokens: Tensor) -> None:
        """Adds each expert's weighted output to the rows of its tokens in `y` [N, out]."""
        probabilities = self.router(tokens).softmax(-1)
        weights, picks = probabilities.topk(self.top_k)
        weights = weights / weights.sum(-1, keepdim=True)
        self.routing = probabilities, picks
        chosen = F.one_hot(picks, len(self.lora_A))  # [N, K, E]
        for e in range(len(self.lora_A)):
            rows, places = torch.where(chosen[..., e])
            output = self.expert(e, tokens[rows]) * weights[rows, places, None]
            y.index_add_(0, rows, output)


def put_experts(model: LlamaForCausalLM, arguments: argparse.Namespace) -> None:
    """Freezes the model and adds experts to each projection."""
    model.requires_grad_(False)
    digits, layers = arguments.allocation, model.model.layers
    for j, layer in enumerate(layers):
        num_experts = int(digits[j * len(digits) // len(layers)])
        for block in (layer.self_attn, layer.mlp):
            for name in PROJECTIONS:
                if hasattr(block, name):
                    base = getattr(block, name)
                    loop = ExpertLoop(base, num_experts, arguments.top_k, arguments.rank)
                    setattr(block, name, loop)


def balance_loss(model: LlamaForCausalLM) -> Tensor:
    """The sum over layers of E * sum over e of f_e P_e, over all projections of the layer."""
    total = torch.zeros((), device=model.device)
    for layer in model.model.layers:
        loops = (m for m in layer.modules() if isinstance(m, ExpertLoop))
        routings = [loop.routing for loop in loops if loop.routing]
        if routings:
            probabilities = torch.cat([p for p, _ in routings])
            picks = torch.cat([s for _, s in routings]).flatten()
            num_experts = probabilities.shape[-1]
            share = picks.bincount(minlength=num_experts) / picks.numel()
            total = total + num_experts * (share * probabilities.mean(0)).sum()
    return total


def allocation(text: str) -> str:
    if not text or set(text) - set("123456789"):
        raise argparse.ArgumentTypeError(f"found '{text}', expected digits from 1 to 9")
    return text


def main() -> None:
    parser = options.peer_parser(__doc__, rank=8)
    parser.add_argument("--allocation", type=allocation, default="2468", help="experts by layer")
    parser.add_argument("--top-k", type=options.positive, default=2, help="experts per token")
    arguments = parser.parse_args()
    model = random_model(arguments)
    put_experts(model, arguments)

    def loss(ids: Tensor, labels: Tensor) -> Tensor:
        language_model = model(input_ids=ids, labels=labels).loss
        return language_model + BALANCE_COEFFICIENT * balance_loss(model)

    benchmark(arguments, model, loss)


if __name__ == "__main__":
    main()
