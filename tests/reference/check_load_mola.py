"""Checks that load_mola.py gives the logits of `mola logits` for adapters of `finetune`.

    python check_load_mola.py PROGRAM

Trains an adapter of each kind below for two steps on llama/gqa, and compares. Exits with 1 if the
largest difference of logits, over the largest logit, is above 1e-4; with 77, which ctest shows as
skipped, where this Python has no transformers.
"""

import json
import sys
import tempfile
from pathlib import Path

from checks import HERE, load_file, run, torch, transformers
from load_mola import load_mola
from safetensors.torch import save_file

MODEL = HERE / "llama" / "gqa"
TOLERANCE = 1e-4

# What differs from the settings in `train`. The model has two layers.
ADAPTERS = {
    "a number for each layer": {"allocation": "24"},
    "a number for each projection and layer": {
        "allocation": {
            "attention": [0, 3],
            "gate_proj": [1, 4],
            "up_proj": [5, 0],
            "down_proj": "1",
        },
        "top_k": 3,
    },
    "PiSSA": {"allocation": "13", "init": "pissa"},
    "ranks, top_k and targets of their own": {
        "allocation": "34",
        "top_k": [3, 1],
        "rank": [2, 5],
        "target_modules": ["q_proj", "v_proj", "down_proj"],
    },
}


def train(folder: Path, adapter: dict) -> Path:
    """The folder of an adapter whose B is far from zero."""
    rows = [{"input_ids": [1] + [3 + (row + 7 * t) % 61 for t in range(8)]} for row in range(8)]
    (folder / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    settings = {"rank": 4, "alpha": 6, "dropout": 0.0, "init": "gaussian"} | adapter
    config = {
        "model": {"path": str(MODEL), "dtype": "f32", "device": "cpu"},
        "adapter": settings,
        "data": {"task": "tokens", "path": str(folder / "rows.jsonl")},
        "train": {
            "max_steps": 2,
            "batch_size": 4,
            "micro_batch_size": 4,
            "learning_rate": 0.1,
            "schedule": "constant",
            "warmup_steps": 0,
        },
        "output": {"dir": str(folder / "run")},
    }
    (folder / "run.json").write_text(json.dumps(config))
    run("finetune", folder / "run.json")
    return folder / "run" / "adapter"


def transformers_logits(input_ids: torch.Tensor, adapter: Path | None) -> torch.Tensor:
    model = transformers.AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32)
    if adapter is not None:
        load_mola(model, adapter)
    with torch.no_grad():
        return model.eval()(input_ids).logits


def largest_difference(a: torch.Tensor, b: torch.Tensor) -> float:
    """Over the largest of b."""
    return ((a - b).abs().max() / b.abs().max()).item()


def agrees(folder: Path, name: str) -> bool:
    adapter = train(folder, ADAPTERS[name])
    input_ids = torch.randint(3, 64, (2, 16), generator=torch.Generator().manual_seed(1))
    save_file({"input_ids": input_ids}, folder / "ids.safetensors")
    run(
        "logits",
        *("--model", MODEL, "--adapter", adapter, "--dtype", "f32", "--device", "cpu"),
        *("--input", folder / "ids.safetensors", "--output", folder / "logits.safetensors"),
    )
    expected = load_file(folder / "logits.safetensors")["logits"]
    difference = largest_difference(transformers_logits(input_ids, adapter), expected)
    effect = largest_difference(transformers_logits(input_ids, None), expected)
    print(f"{name}: differs by {difference:.1e}, without the adapter by {effect:.1e}")
    # A NaN fails too.
    return difference <= TOLERANCE and effect >= 100 * TOLERANCE


def main() -> None:
    passed = []
    for name in ADAPTERS:
        with tempfile.TemporaryDirectory() as folder:
            passed.append(agrees(Path(folder), name))
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
