"""Times greedy generation of transformers, on a random LLaMA without an adapter."""

import json
import statistics
import time
from pathlib import Path

import torch
from torch import Tensor
from transformers import LlamaForCausalLM

import options
from common import random_model


def measure(model: LlamaForCausalLM, prompts: Tensor, new_tokens: int) -> tuple[float, float]:
    """Tokens per second of the prompts, and of decoding; the prompts are timed with one new token,
    which the same forward pass computes."""

    def seconds(count: int) -> float:
        start = time.perf_counter()
        model.generate(
            prompts,
            attention_mask=torch.ones_like(prompts),
            max_new_tokens=count,
            min_new_tokens=count,
            do_sample=False,
            pad_token_id=0,
        )
        return time.perf_counter() - start

    prompt = seconds(1)
    decoding = seconds(new_tokens) - prompt
    return prompts.numel() / prompt, len(prompts) * (new_tokens - 1) / decoding


def main() -> None:
    parser = options.shared_parser(__doc__)
    parser.add_argument(
        "--new-tokens", type=options.positive, default=128, help="new tokens per prompt"
    )
    arguments = parser.parse_args()
    model = random_model(arguments).eval()
    model.config.use_cache = model.generation_config.use_cache = True
    model.generation_config.eos_token_id = None
    shape = (arguments.batch, arguments.time)
    prompts = torch.randint(arguments.vocab, shape, device=arguments.device)
    with torch.inference_mode():
        measure(model, prompts, arguments.new_tokens)
        rounds = [measure(model, prompts, arguments.new_tokens) for _ in range(arguments.steps)]
    result = {
        "prompt_tokens_per_second": statistics.median(speed for speed, _ in rounds),
        "decoding_tokens_per_second": statistics.median(speed for _, speed in rounds),
    }
    text = json.dumps(result, indent=2)
    print(text)
    if arguments.json:
        Path(arguments.json).write_text(text + "\n")


if __name__ == "__main__":
    main()
