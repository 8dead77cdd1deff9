"""Checks that PEFT and mola read each other's LoRA, prompt tuning and LLaMA-Adapter.

    python check_peft.py PROGRAM

On a tiny random LLaMA with a tokenizer: what `finetune` saved is loaded by PEFT, what PEFT saved with
random values is loaded by `logits`; the logits of both sides are compared, and for the prompts the
text that both write greedily. Exits with 1 if the largest difference of logits, over the largest
logit, is above 1e-4; with 77, which ctest shows as skipped, where this Python has no transformers or
no PEFT.
"""

import json
import tempfile
from pathlib import Path

from checks import check, check_at_most, load_file, run, skip, torch, transformers
from safetensors.torch import save_file
from sentencepiece import SentencePieceProcessor, SentencePieceTrainer

try:
    import peft
except ImportError as error:
    skip(f"this Python has no {error.name}: tests/reference/requirements.txt names it")

TOLERANCE = 1e-4
LAYERS, VOCAB = 3, 64
TEXT = "a small bird sings in the old tree"
CPU = ("--dtype", "f32", "--device", "cpu")

# By `finetune`, with a learning rate at which the gates of LLaMA-Adapter move.
OURS = {
    "lora": {"type": "lora", "rank": 4},
    "lora with a rank for each layer": {
        "type": "lora",
        "rank": [2, 5, 2],
        "alpha": 6,
        "init": "gaussian",
        "target_modules": ["q_proj", "v_proj", "down_proj"],
    },
    "prompt_tuning": {"type": "prompt_tuning", "num_virtual_tokens": 5},
    "prompt_tuning from a text": {
        "type": "prompt_tuning",
        "num_virtual_tokens": 20,
        "init_text": TEXT,
    },
    "llama_adapter": {"type": "llama_adapter", "adapter_len": 5},
    "llama_adapter in two layers": {
        "type": "llama_adapter",
        "adapter_len": 3,
        "adapter_layers": 2,
    },
}

CAUSAL = {"task_type": "CAUSAL_LM"}
THEIRS = {
    "lora": peft.LoraConfig(
        **CAUSAL,
        r=3,
        lora_alpha=5,
        target_modules=["k_proj", "o_proj", "up_proj"],
        rank_pattern={"model.layers.1.self_attn.k_proj": 2, "up_proj": 6},
    ),
    "prompt_tuning": peft.PromptTuningConfig(**CAUSAL, num_virtual_tokens=7),
    "llama_adapter": peft.AdaptionPromptConfig(**CAUSAL, adapter_len=4, adapter_layers=2),
}


def make_model(folder: Path) -> Path:
    """A LLaMA with grouped queries whose weights are far from zero, and a tokenizer."""
    model = folder / "model"
    config = transformers.LlamaConfig(
        vocab_size=VOCAB,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=LAYERS,
        num_attention_heads=8,
        num_key_value_heads=4,
        initializer_range=0.2,
        tie_word_embeddings=False,
    )
    torch.manual_seed(1)
    llama = transformers.LlamaForCausalLM(config)
    with torch.no_grad():
        llama.lm_head.weight[0] = 0  # unk, which is then never the likeliest
    llama.save_pretrained(model)
    SentencePieceTrainer.train(
        sentence_iterator=iter([TEXT] * 50),
        model_prefix=str(model / "tokenizer"),
        vocab_size=VOCAB,
        model_type="bpe",
        byte_fallback=False,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    settings = {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True}
    (model / "tokenizer_config.json").write_text(json.dumps(settings))
    return model


def finetune(folder: Path, model: Path, adapter: dict, train: dict) -> Path:
    """The folder of an adapter trained on random tokens."""
    rows = [{"input_ids": [1] + [3 + (row + 7 * t) % 61 for t in range(8)]} for row in range(8)]
    (folder / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    config = {
        "model": {"path": str(model), "dtype": "f32", "device": "cpu"},
        "adapter": adapter,
        "data": {"task": "tokens", "path": str(folder / "rows.jsonl")},
        "train": {"batch_size": 4, "micro_batch_size": 2, "schedule": "constant"}
        | {"warmup_steps": 0}
        | train,
        "output": {"dir": str(folder / "run")},
    }
    (folder / "run.json").write_text(json.dumps(config))
    run("finetune", folder / "run.json")
    return folder / "run" / "adapter"


def in_peft(model: Path, adapter: Path) -> torch.nn.Module:
    base = transformers.AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    return peft.PeftModel.from_pretrained(base, adapter).eval()


def saved_by_peft(folder: Path, model: Path, config: peft.PeftConfig) -> Path:
    """The folder of an adapter whose tensors are all random."""
    base = transformers.AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    made = peft.get_peft_model(base, config)
    torch.manual_seed(2)
    with torch.no_grad():
        for parameter in made.parameters():
            if parameter.requires_grad:
                parameter.normal_(std=0.5)
    made.save_pretrained(folder / "theirs")
    return folder / "theirs"


@torch.inference_mode()
def compare_logits(folder: Path, model: Path, adapter: Path, name: str) -> None:
    """Two rows, the second padded on the right."""
    input_ids = torch.randint(3, VOCAB, (2, 16), generator=torch.Generator().manual_seed(1))
    mask = torch.ones_like(input_ids)
    mask[1, 12:] = 0
    save_file({"input_ids": input_ids, "attention_mask": mask}, folder / "ids.safetensors")
    files = ("--input", folder / "ids.safetensors", "--output", folder / "logits.safetensors")

    def ours(*arguments: object) -> torch.Tensor:
        run("logits", "--model", model, *arguments, *CPU, *files)
        return load_file(folder / "logits.safetensors")["logits"][mask.bool()]

    logits = in_peft(model, adapter)(input_ids, attention_mask=mask).logits
    expected = logits[:, -input_ids.shape[1] :][mask.bool()]  # at the text's positions
    found, without = ours("--adapter", adapter), ours()
    largest = expected.abs().max()
    check_at_most(name, ((found - expected).abs().max() / largest).item(), TOLERANCE)
    effect = ((without - expected).abs().max() / largest).item()
    check(f"{name}: has an effect", effect >= 100 * TOLERANCE, True)


@torch.inference_mode()
def compare_texts(model: Path, adapter: Path, name: str) -> None:
    """What both write greedily, token by token with a cache."""
    tokenizer = SentencePieceProcessor(model_file=str(model / "tokenizer.model"))
    prompt = [tokenizer.bos_id(), *tokenizer.encode(TEXT)]
    written = in_peft(model, adapter).generate(
        input_ids=torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
        max_new_tokens=12,
        do_sample=False,
        eos_token_id=tokenizer.eos_id(),
        pad_token_id=0,
    )[0].tolist()
    expected = tokenizer.decode(written)[len(tokenizer.decode(prompt)) :]
    options = ("--prompt", TEXT, "--max-new-tokens", 12, *CPU)
    found = run("generate", "--model", model, "--adapter", adapter, *options)
    check(f"{name}: text", found, expected + "\n")


def check_text_init(folder: Path, model: Path) -> None:
    """A step too small to see leaves the virtual tokens where they start."""
    adapter = OURS["prompt_tuning from a text"]
    train = {"max_steps": 1, "learning_rate": 1e-30}
    saved = load_file(finetune(folder, model, adapter, train) / "adapter_model.safetensors")
    config = peft.PromptTuningConfig(
        **CAUSAL,
        num_virtual_tokens=adapter["num_virtual_tokens"],
        prompt_tuning_init="TEXT",
        prompt_tuning_init_text=TEXT,
        tokenizer_name_or_path=str(model),
    )
    base = transformers.AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    made = peft.get_peft_model(base, config).get_prompt_embedding_to_save("default")
    check("starts as PEFT's", torch.equal(saved["prompt_embeddings"], made), True)


def main() -> None:
    with tempfile.TemporaryDirectory() as everything:
        model = make_model(Path(everything))
        train = {"max_steps": 6, "learning_rate": 0.1}
        for name, adapter in OURS.items():
            with tempfile.TemporaryDirectory() as folder:
                saved = finetune(Path(folder), model, adapter, train)
                compare_logits(Path(folder), model, saved, f"ours, {name}")
                compare_texts(model, saved, f"ours, {name}")
        for name, config in THEIRS.items():
            with tempfile.TemporaryDirectory() as folder:
                saved = saved_by_peft(Path(folder), model, config)
                compare_logits(Path(folder), model, saved, f"theirs, {name}")
                compare_texts(model, saved, f"theirs, {name}")
        with tempfile.TemporaryDirectory() as folder:
            check_text_init(Path(folder), model)


if __name__ == "__main__":
    main()
