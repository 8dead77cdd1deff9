"""Checks that transformers reads a base model that `pretrain` made, and what full fine-tuning and a
merged LoRA made of it: the same logits, the same greedy text, the same ids of a text.

    python check_base.py PROGRAM

Pretrains a small model for some steps on the quickstart's data. Exits with 1 if the largest
difference of logits is above 1e-4 or anything else differs; with 77 where this Python has no
transformers.
"""

import tempfile
from pathlib import Path

from checks import HERE, check, check_at_most, load_file, run, torch
from safetensors.torch import save_file
from sentencepiece import SentencePieceProcessor
from transformers import AutoModelForCausalLM, LlamaTokenizer

CONFIGS = HERE.parents[1] / "configs"
SMALLER = ("model.num_hidden_layers=2", "train.max_steps=60", "train.learning_rate=1e-2")
TEXT = "These dogs sleep near the river.\n\nAnswer: 12 caf\u00e9."
PROMPT = "The goat"
NEW_TOKENS = 60


def pretrained(folder: Path) -> Path:
    """A model trained on the toy corpus alone."""
    run("toy-data", "--output", folder / "data")
    sets = (*SMALLER, f"data.path={folder / 'data/text.jsonl'}", f"output.dir={folder / 'base'}")
    run("pretrain", CONFIGS / "pretrain" / "quickstart.json", *put_over(*sets))
    return folder / "base" / "model"


def finetuned(folder: Path, base: Path, config: str, *sets: str) -> Path:
    """The folder of a run of some steps on the toy task."""
    output = folder / config
    run(
        "finetune",
        CONFIGS / f"{config}.json",
        *put_over(f"model.path={base}", "model.dtype=f32", "train.max_steps=20"),
        *put_over(f"data.path={folder / 'data/CoLA'}", f"output.dir={output}", *sets),
    )
    return output


def merged(folder: Path, base: Path) -> Path:
    adapter = finetuned(folder, base, "quickstart_lora") / "adapter"
    run("merge", "--model", base, "--adapter", adapter, "--output", folder / "merged")
    return folder / "merged"


def put_over(*texts: str) -> list[str]:
    return [word for text in texts for word in ("--set", text)]


def check_logits(model: torch.nn.Module, path: Path, folder: Path, ids: torch.Tensor) -> None:
    save_file({"input_ids": ids}, folder / "ids.safetensors")
    output = folder / "logits.safetensors"
    files = ("--input", folder / "ids.safetensors", "--output", output)
    run("logits", "--model", path, "--dtype", "f32", *files)
    difference = (load_file(output)["logits"] - model(ids).logits).abs().max().item()
    check_at_most("largest difference of logits", difference, 1e-4)


def check_text(model: torch.nn.Module, path: Path, tokenizer: SentencePieceProcessor) -> None:
    ids = torch.tensor([[tokenizer.bos_id(), *tokenizer.encode(PROMPT)]])
    output = model.generate(
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=NEW_TOKENS, do_sample=False
    )[0].tolist()
    whole, before = tokenizer.decode(output), tokenizer.decode(ids[0].tolist())
    options = ("--prompt", PROMPT, "--max-new-tokens", NEW_TOKENS, "--dtype", "f32")
    found = run("generate", "--model", path, *options)
    check("greedy text", found, whole[len(before) :] + "\n")
    print(f"greedy text: the same, {len(output)} tokens")


def check_model(path: Path, folder: Path) -> None:
    print(path.relative_to(folder))
    pieces = SentencePieceProcessor(model_file=str(path / "tokenizer.model"))
    ids = [pieces.bos_id(), *pieces.encode(TEXT)]
    check("ids of a text", LlamaTokenizer.from_pretrained(path)(TEXT)["input_ids"], ids)
    model = AutoModelForCausalLM.from_pretrained(path, dtype=torch.float32).eval()
    check_logits(model, path, folder, torch.tensor([ids, ids[::-1]]))
    check_text(model, path, pieces)


@torch.inference_mode()
def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base = pretrained(folder)
        check_model(base, folder)
        check_model(finetuned(folder, base, "quickstart_full") / "model", folder)
        check_model(merged(folder, base), folder)


if __name__ == "__main__":
    main()
