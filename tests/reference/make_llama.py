"""Makes llama/<case>/: tiny random LLaMAs, transformers' logits and, for two, all gradients.

    python make_llama.py

The logits are those of a model built in memory; each folder is then loaded by transformers and must
give the same. Three cases have config.json by hand, with the keys of transformers 4
(rope_theta, rope_scaling); rope_llama3 has it as transformers 5 saves it (rope_parameters).
"""

import torch
from torch import Tensor
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from common import fresh_folder, random_llama, save_tensors, write_json

SEED = 1
BATCH, TIME = 2, 24
PADDING = 5  # of the second row, on the left, in the case gqa
BASE = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "rms_norm_eps": 1e-5,
    "rope_theta": 10000.0,
    "max_position_embeddings": 64,
    "tie_word_embeddings": False,
    "hidden_act": "silu",
    "bos_token_id": 1,
    "eos_token_id": 2,
    "torch_dtype": "float32",
}
LLAMA3 = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}
CASES = {
    # head_dim is not hidden_size / num_attention_heads
    "gqa": {"num_key_value_heads": 2, "head_dim": 16},
    "tied": {"tie_word_embeddings": True},
    "rope_linear": {"rope_scaling": {"type": "linear", "factor": 4.0}},
    "rope_llama3": {"rope_theta": 500.0, "rope_scaling": LLAMA3},
}


def logits_of(model: LlamaForCausalLM, input_ids: Tensor, mask: Tensor) -> Tensor:
    """Logits [B, T, vocab], positions counted from the first token of each row."""
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    with torch.no_grad():
        return model.eval()(input_ids, attention_mask=mask, position_ids=positions).logits


def gradients_of(model: LlamaForCausalLM, input_ids: Tensor, mask: Tensor) -> dict[str, Tensor]:
    """The gradients of the mean loss of all tokens but the first of each row, by weight."""
    labels = input_ids.masked_fill(mask.cumsum(-1) <= 1, -100)
    positions = (mask.cumsum(-1) - 1).clamp(min=0)
    model.zero_grad()
    model(input_ids, attention_mask=mask, position_ids=positions, labels=labels).loss.backward()
    return {"labels": labels} | {name: weight.grad for name, weight in model.named_parameters()}


def build(config: dict, weights: dict[str, Tensor]) -> LlamaForCausalLM:
    """A model in fp32 that never was in a file."""
    model = LlamaForCausalLM(LlamaConfig(**config, attn_implementation="eager"))
    missing, unexpected = model.load_state_dict(weights, strict=False)
    tied = ["lm_head.weight"] if config["tie_word_embeddings"] else []
    assert missing == tied and not unexpected, (missing, unexpected)
    return model


def make(case: str) -> None:
    generator = torch.Generator().manual_seed(SEED)
    folder = fresh_folder(f"llama/{case}")
    config = BASE | CASES[case]
    weights = random_llama(config, 0.3, generator)
    if case == "rope_llama3":
        # transformers 5 writes rope_parameters, and dtype for torch_dtype.
        LlamaConfig(**config).save_pretrained(folder)
    else:
        write_json(folder / "config.json", config)
    save_tensors(folder / "model.safetensors", weights)

    input_ids = torch.randint(3, config["vocab_size"], (BATCH, TIME), generator=generator)
    mask = torch.ones_like(input_ids)
    if case == "gqa":
        input_ids[1, :PADDING], mask[1, :PADDING] = 0, 0
    model = build(config, weights)
    logits = logits_of(model, input_ids, mask)
    tensors = {"input_ids": input_ids, "attention_mask": mask, "logits": logits}
    save_tensors(folder / "expected.safetensors", tensors)
    if case in ("gqa", "tied"):
        save_tensors(folder / "gradients.safetensors", gradients_of(model, input_ids, mask))

    loaded = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager")
    again = (logits_of(loaded, input_ids, mask) - logits).abs().max()
    print(f"{case}: logits' standard deviation {logits.std():.2f}, the folder's differ by {again}")
    assert again == 0
    if "rope_scaling" in config:
        plain = logits_of(build(BASE, weights), input_ids, mask)
        print(f"  without rope scaling they differ by {(plain - logits).abs().max():.2f}")


if __name__ == "__main__":
    for name in CASES:
        make(name)
