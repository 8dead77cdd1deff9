"""Puts a MoLA adapter that mola saved on a transformers LLaMA, for inference.

    python load_mola.py --model DIR --adapter DIR --prompt TEXT [--max-new-tokens N]

or, in your own code:

    model = AutoModelForCausalLM.from_pretrained("llama-2-7b")
    load_mola(model, "runs/cola/adapter")

Needs the packages torch, transformers and safetensors; for a prompt, sentencepiece and protobuf too
where the model's tokenizer is a tokenizer.model alone. Letters: I in, O out, E experts, r rank.
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")


class MolaLinear(nn.Module):
    """A linear layer with a mixture of LoRA experts:

        p  = softmax(R x), in fp32
        p' = p_e / sum over S of p, for e in S, the K largest of p
        y  = W x + (alpha / r) * sum over e in S of p'_e * B_e A_e x

    A single expert has no router and p' = 1.
    """

    def __init__(
        self,
        linear: nn.Linear,
        lora_A: list[Tensor],  # E of [r, I]
        lora_B: list[Tensor],  # E of [O, r]
        router: Tensor | None,  # [E, I]
        top_k: int,
        alpha: float,
    ) -> None:
        super().__init__()
        self.linear = linear
        self.top_k = top_k
        self.scaling = alpha / lora_A[0].shape[0]
        device = linear.weight.device
        self.register_buffer("lora_A", torch.stack(lora_A).float().to(device))  # [E, r, I]
        self.register_buffer("lora_B", torch.stack(lora_B).float().to(device))  # [E, O, r]
        self.register_buffer("router", None if router is None else router.float().to(device))

    def expert_weights(self, x: Tensor) -> Tensor:
        """x [..., I] -> [..., E]: p'_e for the K experts of each token, 0 for the others."""
        if self.router is None:
            return x.new_ones(*x.shape[:-1], 1)
        p = torch.softmax(x @ self.router.T, dim=-1)
        top = p.topk(self.top_k, dim=-1)
        weights = top.values / top.values.sum(dim=-1, keepdim=True)
        return torch.zeros_like(p).scatter(-1, top.indices, weights)

    def forward(self, x: Tensor) -> Tensor:
        """x [..., I] -> [..., O]."""
        y = self.linear(x)
        x = x.float()
        hidden = torch.einsum("...i,eri->...er", x, self.lora_A)
        hidden = hidden * self.expert_weights(x)[..., None]
        mixture = torch.einsum("...er,eor->...o", hidden, self.lora_B)
        return (y + self.scaling * mixture).to(y.dtype)


@torch.no_grad()
def take_out(linear: nn.Linear, lora_A: Tensor, lora_B: Tensor, alpha: float) -> None:
    """Makes the weight of `linear` what PiSSA leaves of it: W - (alpha / r) * B0 A0, in fp32."""
    taken = lora_B.float() @ lora_A.float() * (alpha / lora_A.shape[0])
    linear.weight.copy_(linear.weight.float() - taken.to(linear.weight.device))


def load_mola(model: nn.Module, folder: str | Path) -> nn.Module:
    """Replaces the linear layers of a LlamaForCausalLM that have experts in the adapter."""
    folder = Path(folder)
    config = json.loads((folder / "adapter_config.json").read_text()).get("mola")
    if config is None:
        raise ValueError(f"{folder}/adapter_config.json: has no object 'mola'")
    if config.get("type") == "lora":
        raise ValueError(f"{folder}: is a LoRA, which PEFT loads")
    tensors = load_file(folder / "adapter_model.safetensors")
    layers = model.model.layers
    for projection in config["target_modules"]:
        block = "self_attn" if projection in ATTENTION else "mlp"
        # One list for all projections, or an object with a list for each.
        counts, top_k = (
            table[projection] if isinstance(table, dict) else table
            for table in (config["allocation"], config["top_k"])
        )
        if len(counts) != len(layers):
            raise ValueError(f"{folder}: is for {len(counts)} layers, the model has {len(layers)}")
        for layer, num_experts in enumerate(counts):
            if num_experts == 0:
                continue
            parent = getattr(layers[layer], block)
            prefix = f"base_model.model.model.layers.{layer}.{block}.{projection}."
            if config["init"] == "pissa":
                take_out(
                    getattr(parent, projection),
                    tensors[prefix + "lora_A_init.weight"],
                    tensors[prefix + "lora_B_init.weight"],
                    config["alpha"],
                )
            mixture = MolaLinear(
                getattr(parent, projection),
                [tensors[f"{prefix}lora_A_{e}.weight"] for e in range(num_experts)],
                [tensors[f"{prefix}lora_B_{e}.weight"] for e in range(num_experts)],
                tensors[prefix + "router.router.weight"] if num_experts > 1 else None,
                top_k[layer],
                config["alpha"],
            )
            setattr(parent, projection, mixture)
    return model


def main() -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", required=True, help="Hugging Face folder")
    parser.add_argument("--adapter", required=True, help="folder of an adapter that mola saved")
    parser.add_argument("--prompt", required=True)
    parser.add_argument("--max-new-tokens", type=int, default=64)
    args = parser.parse_args()

    tokenizer = AutoTokenizer.from_pretrained(args.model)
    model = load_mola(AutoModelForCausalLM.from_pretrained(args.model), args.adapter)
    prompt = tokenizer(args.prompt, return_tensors="pt")
    output = model.generate(**prompt, max_new_tokens=args.max_new_tokens, do_sample=False)
    print(tokenizer.decode(output[0, prompt["input_ids"].shape[1] :], skip_special_tokens=True))


if __name__ == "__main__":
    main()
