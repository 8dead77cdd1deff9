"""Checks PiSSA LoRAs against PEFT: its own factors of the same weights, and the logits that it gives
for an adapter of `finetune` on the base model as it was.

    python check_pissa.py PROGRAM

Trains on llama/gqa for two steps. Exits with 1 if the factors differ by more than 1e-4, up to sign,
or the largest difference of logits is above 1e-4; with 77 where this Python has no PEFT.
"""

import json
import tempfile
from pathlib import Path

from checks import HERE, check, check_at_most, load_file, run, skip, torch, transformers
from safetensors.torch import save_file

try:
    import peft
except ImportError:
    skip("this Python has no peft: run tools/setup.sh --python-tests")

MODEL = HERE / "llama" / "gqa"
RANK, ALPHA = 4, 6
NAMES = "base_model.model.model.layers.{}.{}.lora_{}.weight"
TOLERANCE = 1e-4


def base_model() -> torch.nn.Module:
    return transformers.AutoModelForCausalLM.from_pretrained(MODEL, dtype=torch.float32).eval()


def train(folder: Path) -> Path:
    """The folder of an adapter whose layers differ in rank."""
    rows = [{"input_ids": [1] + [3 + (row + 7 * t) % 61 for t in range(8)]} for row in range(8)]
    (folder / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    config = {
        "model": {"path": str(MODEL), "dtype": "f32", "device": "cpu"},
        "adapter": {
            "type": "lora",
            "init": "pissa",
            "rank": [RANK, RANK // 2],
            "alpha": ALPHA,
            "dropout": 0.0,
        },
        "data": {"task": "tokens", "path": str(folder / "rows.jsonl")},
        "train": {
            "max_steps": 2,
            "batch_size": 4,
            "learning_rate": 0.01,
            "schedule": "constant",
            "warmup_steps": 0,
        },
        "output": {"dir": str(folder / "run")},
    }
    (folder / "run.json").write_text(json.dumps(config))
    run("finetune", folder / "run.json")
    return folder / "run" / "adapter"


def check_factors(saved: dict[str, torch.Tensor]) -> None:
    """Those that the file keeps: the second half of A, and of B with another sign."""
    config = peft.LoraConfig(
        r=RANK,
        lora_alpha=ALPHA,
        init_lora_weights="pissa",
        target_modules=["q_proj", "down_proj"],
        layers_to_transform=[0],
    )
    layer = peft.get_peft_model(base_model(), config).base_model.model.model.layers[0]
    for name, linear in (
        ("self_attn.q_proj", layer.self_attn.q_proj),
        ("mlp.down_proj", layer.mlp.down_proj),
    ):
        A = saved[NAMES.format(0, name, "A")][RANK:]
        B = -saved[NAMES.format(0, name, "B")][:, RANK:]
        expected_A = linear.lora_A["default"].weight
        expected_B = linear.lora_B["default"].weight
        signs = (A * expected_A).sum(1).sign()
        check_at_most(f"{name} A", (signs[:, None] * A - expected_A).abs().max().item(), TOLERANCE)
        check_at_most(f"{name} B", (signs * B - expected_B).abs().max().item(), TOLERANCE)


def check_logits(folder: Path, adapter: Path) -> None:
    ids = torch.randint(3, 64, (2, 16), generator=torch.Generator().manual_seed(1))
    save_file({"input_ids": ids}, folder / "ids.safetensors")
    run(
        "logits",
        *("--model", MODEL, "--adapter", adapter, "--dtype", "f32", "--device", "cpu"),
        *("--input", folder / "ids.safetensors", "--output", folder / "logits.safetensors"),
    )
    found = load_file(folder / "logits.safetensors")["logits"]
    before = base_model()(ids).logits
    expected = peft.PeftModel.from_pretrained(base_model(), adapter).eval()(ids).logits
    check_at_most("largest difference of logits", (found - expected).abs().max().item(), TOLERANCE)
    effect = (before - expected).abs().max().item()
    check("the adapter has an effect", effect > 100 * TOLERANCE, True)


@torch.no_grad()
def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        adapter = train(folder)
        check_factors(load_file(adapter / "adapter_model.safetensors"))
        check_logits(folder, adapter)


if __name__ == "__main__":
    main()
