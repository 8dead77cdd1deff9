"""Times training steps of PEFT's LoRA on a random LLaMA of transformers.

    python peft_lora.py --layers 8 --hidden 1024 --rank 64 --dtype bf16

LoRA on all seven projections, without dropout, otherwise with PEFT's defaults: the adapter is fp32
even on a bf16 base. Needs the packages in tests/reference/requirements.txt.
"""

from peft import LoraConfig, get_peft_model

import options
from common import PROJECTIONS, benchmark, random_model


def main() -> None:
    arguments = options.peer_parser(__doc__, rank=64).parse_args()
    config = LoraConfig(
        r=arguments.rank,
        target_modules=list(PROJECTIONS),
        lora_dropout=0.0,
        task_type="CAUSAL_LM",
    )
    model = get_peft_model(random_model(arguments), config)
    benchmark(arguments, model, lambda ids, labels: model(input_ids=ids, labels=labels).loss)


if __name__ == "__main__":
    main()
