"""Checks that PEFT gives the same logits as mola for a LoRA adapter that mola saved.

    python check_lora.py MODEL_DIR ADAPTER_DIR INPUT.safetensors LOGITS.safetensors

INPUT holds input_ids [B, T] and perhaps attention_mask; LOGITS holds logits [B, T, vocab], made
from INPUT by mola's `logits` program. Padding positions are not compared. Exits with 1 if the
largest difference is above 1e-4.
"""

import argparse
import sys
from pathlib import Path

import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

import common  # noqa: F401  (one thread)

TOLERANCE = 1e-4


def largest_difference(
    model_dir: Path, adapter_dir: Path, input_file: Path, logits_file: Path
) -> float:
    given = load_file(input_file)
    input_ids = given["input_ids"].long()
    mask = given.get("attention_mask", torch.ones_like(input_ids)).long()
    base = AutoModelForCausalLM.from_pretrained(
        model_dir, dtype=torch.float32, attn_implementation="eager"
    )
    model = PeftModel.from_pretrained(base, adapter_dir).eval()
    made = [name for name, _ in model.named_parameters() if "lora_" in name]
    saved = load_file(adapter_dir / "adapter_model.safetensors")
    if len(made) != len(saved):
        sys.exit(f"PEFT made {len(made)} LoRA tensors, the folder has {len(saved)}")
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    with torch.no_grad():
        expected = model(input_ids, attention_mask=mask, position_ids=positions).logits
    actual = load_file(logits_file)["logits"].float()
    if actual.shape != expected.shape:
        sys.exit(f"logits have shape {list(actual.shape)}, expected {list(expected.shape)}")
    return (actual - expected)[mask.bool()].abs().max().item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    for name in ("MODEL_DIR", "ADAPTER_DIR", "INPUT", "LOGITS"):
        parser.add_argument(name, type=Path)
    difference = largest_difference(*vars(parser.parse_args()).values())
    print(f"largest difference {difference:.3e} (at most {TOLERANCE:.0e})")
    # "not <=" so that a NaN fails too.
    if not difference <= TOLERANCE:
        sys.exit(1)


if __name__ == "__main__":
    main()
