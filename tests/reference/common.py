"""What the reference scripts share: where and how they write, and a random LLaMA's weights."""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

torch.set_num_threads(1)

HERE = Path(__file__).parent
PROJECTIONS = {
    "q_proj": "self_attn",
    "k_proj": "self_attn",
    "v_proj": "self_attn",
    "o_proj": "self_attn",
    "gate_proj": "mlp",
    "up_proj": "mlp",
    "down_proj": "mlp",
}


def fresh_folder(name: str) -> Path:
    """An empty folder beside the scripts."""
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n")


def save_tensors(path: Path, tensors: dict[str, torch.Tensor]) -> None:
    """Writes a safetensors file: floating-point tensors as F32, whole numbers as they are."""
    plain = {}
    for name, tensor in tensors.items():
        tensor = tensor.detach()
        plain[name] = (tensor.float() if tensor.is_floating_point() else tensor).contiguous()
    save_file(plain, path, metadata={"format": "pt"})
    path.chmod(0o644)


def llama_shapes(config: dict) -> dict[str, tuple[int, ...]]:
    """Names and shapes of a LLaMA's tensors, as Hugging Face saves them."""
    hidden, ffn, vocab = (config[k] for k in ("hidden_size", "intermediate_size", "vocab_size"))
    head_dim = config.get("head_dim") or hidden // config["num_attention_heads"]
    q_out = config["num_attention_heads"] * head_dim
    kv_out = config["num_key_value_heads"] * head_dim
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (vocab, hidden)}
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        shapes[prefix + "input_layernorm.weight"] = (hidden,)
        shapes[prefix + "self_attn.q_proj.weight"] = (q_out, hidden)
        shapes[prefix + "self_attn.k_proj.weight"] = (kv_out, hidden)
        shapes[prefix + "self_attn.v_proj.weight"] = (kv_out, hidden)
        shapes[prefix + "self_attn.o_proj.weight"] = (hidden, q_out)
        shapes[prefix + "post_attention_layernorm.weight"] = (hidden,)
        shapes[prefix + "mlp.gate_proj.weight"] = (ffn, hidden)
        shapes[prefix + "mlp.up_proj.weight"] = (ffn, hidden)
        shapes[prefix + "mlp.down_proj.weight"] = (hidden, ffn)
    shapes["model.norm.weight"] = (hidden,)
    if not config.get("tie_word_embeddings"):
        shapes["lm_head.weight"] = (vocab, hidden)
    return shapes


def random_llama(config: dict, std: float, generator: torch.Generator) -> dict[str, torch.Tensor]:
    """Random float32 weights: N(0, std) for matrices, 1 + N(0, 0.1) for the norms."""
    weights = {}
    for name, shape in llama_shapes(config).items():
        noise = torch.randn(shape, generator=generator)
        weights[name] = std * noise if len(shape) == 2 else 1 + 0.1 * noise
    return weights
