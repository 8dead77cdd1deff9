"""Checks that transformers reads a base model that mola saved, and gives the same logits.

    python check_base.py MODEL_DIR INPUT.safetensors LOGITS.safetensors

INPUT holds input_ids [B, T]; LOGITS holds logits [B, T, vocab], made from INPUT by mola's `logits`
program with --dtype f32. The tokenizer has to give the pieces that sentencepiece gives, for which
transformers needs protobuf. Exits with 1 if the largest difference is above 1e-4.
"""

import argparse
import sys
from pathlib import Path

import sentencepiece
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, LlamaTokenizer

import common  # noqa: F401  (one thread)

TOLERANCE = 1e-4
TEXT = "These dogs sleep near the river.\n\nAnswer: 12 caf\u00e9."


def largest_difference(model_dir: Path, input_file: Path, logits_file: Path) -> float:
    model = AutoModelForCausalLM.from_pretrained(
        model_dir, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    with torch.no_grad():
        expected = model(load_file(input_file)["input_ids"]).logits
    return (load_file(logits_file)["logits"] - expected).abs().max().item()


def check_tokenizer(model_dir: Path) -> None:
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(model_dir / "tokenizer.model"))
    expected = [pieces.bos_id(), *pieces.encode(TEXT)]
    found = LlamaTokenizer.from_pretrained(model_dir)(TEXT)["input_ids"]
    if found != expected:
        sys.exit(f"transformers' tokenizer gives {found}, expected {expected}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    for name in ("MODEL_DIR", "INPUT", "LOGITS"):
        parser.add_argument(name, type=Path)
    arguments = parser.parse_args()
    check_tokenizer(arguments.MODEL_DIR)
    difference = largest_difference(arguments.MODEL_DIR, arguments.INPUT, arguments.LOGITS)
    print(f"largest difference {difference:.3e} (at most {TOLERANCE:.0e})")
    # "not <=" so that a NaN fails too.
    if not difference <= TOLERANCE:
        sys.exit(1)


if __name__ == "__main__":
    main()
