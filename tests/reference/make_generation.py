"""Makes generation/lily.txt: 200 tokens that transformers generates greedily after "Lily".

    python make_generation.py PATH/TO/stories260K/hf
"""

import sys
from pathlib import Path

import torch
from sentencepiece import SentencePieceProcessor
from transformers import AutoModelForCausalLM

PROMPT, TOKENS = "Lily", 200


def main() -> None:
    folder = Path(sys.argv[1])
    tokenizer = SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    prompt = [tokenizer.bos_id(), *tokenizer.encode(PROMPT)]
    ids = model.generate(
        torch.tensor([prompt]),
        attention_mask=torch.ones(1, len(prompt), dtype=torch.long),
        max_new_tokens=TOKENS,
        do_sample=False,
        eos_token_id=tokenizer.eos_id(),
        pad_token_id=0,
    )[0].tolist()
    assert len(ids) == len(prompt) + TOKENS, "the story ended before"
    text = tokenizer.decode(ids)[len(tokenizer.decode(prompt)) :]
    output = Path(__file__).resolve().parent / "generation" / "lily.txt"
    output.parent.mkdir(exist_ok=True)
    output.write_text(text)


if __name__ == "__main__":
    main()
