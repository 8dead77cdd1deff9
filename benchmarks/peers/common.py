"""Shared by the scripts: a random LLaMA of transformers, a training step, its time and memory."""

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16}
UNLABELLED = -100

Loss = Callable[[Tensor, Tensor], Tensor]  # of input_ids and labels, both [B, T]


def random_model(arguments: argparse.Namespace) -> LlamaForCausalLM:
    """A LLaMA with random weights, created directly in its dtype and on its device."""
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=arguments.vocab,
        hidden_size=arguments.hidden,
        intermediate_size=arguments.ffn,
        num_hidden_layers=arguments.layers,
        num_attention_heads=arguments.heads,
        num_key_value_heads=arguments.kv_heads,
        max_position_embeddings=max(2048, arguments.time),
        use_cache=False,
    )
    with torch.device(arguments.device):
        model = AutoModelForCausalLM.from_config(
            config, dtype=DTYPES[arguments.dtype], attn_implementation="sdpa"
        )
    return model.train()


def random_batch(arguments: argparse.Namespace) -> tuple[Tensor, Tensor]:
    """Random tokens and their labels; the last share of each sequence is labelled."""
    shape = (arguments.batch, arguments.time)
    ids = torch.randint(arguments.vocab, shape, device=arguments.device)
    labels = ids.clone()
    labels[:, : round(arguments.time * (1 - arguments.labelled))] = UNLABELLED
    return ids, labels


def training_step(
    arguments: argparse.Namespace, model: nn.Module, loss: Loss
) -> Callable[[], None]:
    """Forward, backward, clipping and optimizer on one random batch."""
    ids, labels = random_batch(arguments)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=3e-4, fused=True)

    def step() -> None:
        optimizer.zero_grad()
        loss(ids, labels).backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()

    return step


def seconds_of(step: Callable[[], None], device: str) -> float:
    def now() -> float:
        if device == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter()

    start = now()
    step()
    return now() - start


def peak_gigabytes(device: str) -> float:
    """The peak memory of the GPU, or of the whole process on a CPU."""
    if device == "cuda":
        return torch.cuda.max_memory_allocated() / 1e9
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def benchmark(arguments: argparse.Namespace, model: nn.Module, loss: Loss) -> None:
    """Times `model` and prints the figures, with the keys of `benchmark`."""
    step = training_step(arguments, model, loss)
    for _ in range(2):
        step()
    seconds = statistics.median(seconds_of(step, arguments.device) for _ in range(arguments.steps))
    result = {
        "tokens_per_second": arguments.batch * arguments.time / seconds,
        "step_seconds": seconds,
        "peak_gigabytes": peak_gigabytes(arguments.device),
        "trainable": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "total": sum(p.numel() for p in model.parameters()),
    }
    text = json.dumps(result, indent=2)
    print(text)
    if arguments.json:
        Path(arguments.json).write_text(text + "\n")
