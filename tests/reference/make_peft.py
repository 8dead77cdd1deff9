"""Makes lora/, prompt_tuning/ and llama_adapter/: adapters that PEFT saved, and PEFT's logits.

    python make_llama.py && python make_peft.py

In lora/, layer 0 has rank 4; layer 1 has rank 2, by rank_pattern. The base model is llama/gqa, and
llama/tied for LLaMA-Adapter, since PEFT knows no head_dim there. All trained tensors are random. PEFT
writes the folders; afterwards their README.md is removed, the base model's path is blanked, and the
set of target modules (in no fixed order) is sorted.
"""

import json
from pathlib import Path

import torch
from peft import AdaptionPromptConfig, LoraConfig, PeftConfig, PromptTuningConfig, get_peft_model
from transformers import AutoModelForCausalLM

from common import HERE, PROJECTIONS, fresh_folder, save_tensors, write_json

SEED = 1
BATCH, TIME = 2, 16
CAUSAL = {"task_type": "CAUSAL_LM"}


def tidy(folder: Path) -> None:
    (folder / "README.md").unlink(missing_ok=True)
    (folder / "adapter_model.safetensors").chmod(0o644)
    saved = json.loads((folder / "adapter_config.json").read_text())
    saved["base_model_name_or_path"] = ""
    if isinstance(saved.get("target_modules"), list):
        saved["target_modules"] = list(PROJECTIONS)
    write_json(folder / "adapter_config.json", saved)


def make(name: str, base_model: str, config: PeftConfig) -> None:
    generator = torch.Generator().manual_seed(SEED)
    folder = fresh_folder(name)
    base = AutoModelForCausalLM.from_pretrained(
        HERE / "llama" / base_model, attn_implementation="eager"
    ).eval()
    input_ids = torch.randint(3, base.config.vocab_size, (BATCH, TIME), generator=generator)
    with torch.no_grad():
        without = base(input_ids).logits
    model = get_peft_model(base, config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                scale = 0.1 if name == "lora" else 1
                parameter.copy_(scale * torch.randn(parameter.shape, generator=generator))
        logits = model(input_ids).logits[:, -TIME:]  # at the text's positions
    model.save_pretrained(folder)
    tidy(folder)
    save_tensors(folder / "expected.safetensors", {"input_ids": input_ids, "logits": logits})
    print(f"{name} changes the logits by up to {(logits - without).abs().max():.2f}")


def main() -> None:
    lora = LoraConfig(
        **CAUSAL,
        r=4,
        lora_alpha=8,
        lora_dropout=0.0,
        target_modules=list(PROJECTIONS),
        rank_pattern={f"model.layers.1.{b}.{p}": 2 for p, b in PROJECTIONS.items()},
    )
    make("lora", "gqa", lora)
    make("prompt_tuning", "gqa", PromptTuningConfig(**CAUSAL, num_virtual_tokens=3))
    make("llama_adapter", "tied", AdaptionPromptConfig(**CAUSAL, adapter_len=3, adapter_layers=1))


if __name__ == "__main__":
    main()
