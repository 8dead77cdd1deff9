"""Times an epoch of PEFT's LoRA on the rows of a `tokens` file, as its users run it.

    python peft_rows.py --model models/SmolLM2-135M --data rows.jsonl --dtype bf16

Steps of shuffled rows in micro-batches, each padded to its longest row; gradients are accumulated,
clipped and applied by AdamW. `--best` adds what makes PEFT faster: micro-batches of similar lengths
and adapters in the base's dtype.
"""

import argparse
import json
import random
import time
from pathlib import Path

import torch
from common import DTYPES, PROJECTIONS, UNLABELLED, peak_gigabytes
from peft import LoraConfig, get_peft_model
from torch import Tensor, nn
from transformers import AutoModelForCausalLM

Row = tuple[list[int], list[int]]  # input_ids and labels


def read_rows(path: str, limit: int | None) -> list[Row]:
    lines = [json.loads(line) for line in Path(path).read_text().splitlines()]
    return [(line["input_ids"], line.get("labels", line["input_ids"])) for line in lines[:limit]]


def padded(rows: list[Row], device: str) -> dict[str, Tensor]:
    longest = max(len(ids) for ids, _ in rows)

    def matrix(lists: list[list[int]], padding: int) -> Tensor:
        return torch.tensor([x + [padding] * (longest - len(x)) for x in lists], device=device)

    return {
        "input_ids": matrix([ids for ids, _ in rows], 0),
        "attention_mask": matrix([[1] * len(ids) for ids, _ in rows], 0),
        "labels": matrix([labels for _, labels in rows], UNLABELLED),
    }


def lora_model(arguments: argparse.Namespace) -> nn.Module:
    model = AutoModelForCausalLM.from_pretrained(
        arguments.model, dtype=DTYPES[arguments.dtype], attn_implementation="sdpa"
    )
    model.config.use_cache = False
    lora = LoraConfig(
        r=arguments.rank, lora_alpha=16, lora_dropout=arguments.dropout, target_modules=PROJECTIONS
    )
    model = get_peft_model(model, lora, autocast_adapter_dtype=not arguments.best)
    return model.to(arguments.device).train()


def steps_of(rows: list[Row], arguments: argparse.Namespace) -> list[list[list[Row]]]:
    """The micro-batches of each step of an epoch."""
    rows = random.Random(10).sample(rows, len(rows))
    steps = []
    for begin in range(0, len(rows), arguments.batch_size):
        step = rows[begin : begin + arguments.batch_size]
        if arguments.best:
            step.sort(key=lambda row: -len(row[0]))
        size = arguments.micro_batch_size
        steps.append([step[i : i + size] for i in range(0, len(step), size)])
    return steps


def train_epoch(model: nn.Module, rows: list[Row], arguments: argparse.Namespace) -> None:
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=3e-4, fused=True)
    for micro_batches in steps_of(rows, arguments):
        for micro_batch in micro_batches:
            loss = model(**padded(micro_batch, arguments.device)).loss
            (loss / len(micro_batches)).backward()
        nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True, help="Hugging Face folder")
    parser.add_argument("--data", required=True, help='lines of {"input_ids": [...]}')
    parser.add_argument("--limit", type=int, help="use only the first N rows")
    parser.add_argument("--dtype", choices=list(DTYPES), default="bf16")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--rank", type=int, default=64)
    parser.add_argument("--dropout", type=float, default=0.05)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--micro-batch-size", type=int, default=8)
    parser.add_argument("--best", action="store_true", help="PEFT's fastest known settings")
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    torch.manual_seed(1)
    rows = read_rows(arguments.data, arguments.limit)
    model = lora_model(arguments)
    start = time.perf_counter()
    train_epoch(model, rows, arguments)
    seconds = time.perf_counter() - start
    tokens = sum(len(ids) for ids, _ in rows)
    result = {
        "rows": len(rows),
        "tokens": tokens,
        "epoch_seconds": [seconds],
        "rows_per_second": len(rows) / seconds,
        "tokens_per_second": tokens / seconds,
        "peak_gigabytes": peak_gigabytes(arguments.device),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
