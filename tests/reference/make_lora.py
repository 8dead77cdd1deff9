"""Makes lora/: a PEFT LoRA adapter on the model in llama/gqa, and PEFT's logits.

    python make_llama.py && python make_lora.py

Layer 0 has rank 4; layer 1 has rank 2, by rank_pattern. lora_B is not zero. PEFT writes the folder;
afterwards its README.md is removed, the base model's path is blanked, and the set of target modules
(in no fixed order) is sorted.
"""

import json

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

from common import HERE, PROJECTIONS, fresh_folder, save_tensors, write_json

SEED = 1
BATCH, TIME = 2, 16
BASE_MODEL = HERE / "llama" / "gqa"


def make() -> None:
    generator = torch.Generator().manual_seed(SEED)
    folder = fresh_folder("lora")
    base = AutoModelForCausalLM.from_pretrained(BASE_MODEL, attn_implementation="eager").eval()
    input_ids = torch.randint(3, base.config.vocab_size, (BATCH, TIME), generator=generator)
    with torch.no_grad():
        without = base(input_ids).logits
    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=4,
        lora_alpha=8,
        lora_dropout=0.0,
        target_modules=list(PROJECTIONS),
        rank_pattern={f"model.layers.1.{b}.{p}": 2 for p, b in PROJECTIONS.items()},
    )
    model = get_peft_model(base, config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_" in name:
                parameter.copy_(0.1 * torch.randn(parameter.shape, generator=generator))
        logits = model(input_ids).logits
    model.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    (folder / "adapter_model.safetensors").chmod(0o644)
    saved = json.loads((folder / "adapter_config.json").read_text())
    saved["base_model_name_or_path"] = ""
    saved["target_modules"] = list(PROJECTIONS)
    write_json(folder / "adapter_config.json", saved)
    save_tensors(folder / "expected.safetensors", {"input_ids": input_ids, "logits": logits})

    names = load_file(folder / "adapter_model.safetensors")
    ranks = {name.split(".layers.")[1][0]: t.shape[0] for name, t in names.items() if "_A" in name}
    print(f"{len(names)} tensors, rank per layer {ranks}")
    print(f"the adapter changes the logits by up to {(logits - without).abs().max():.2f}")


if __name__ == "__main__":
    make()
