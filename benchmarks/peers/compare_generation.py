"""Compares greedy generation of `benchmark generate` with that of transformers, without an adapter.

    python compare_generation.py --benchmark build/bin/benchmark --dtype f32 --batch 1 --rounds 3

Each round runs both, one after the other, each in its own process; ratios are computed within a
round. The table gives medians over the rounds, with the lowest and highest in parentheses. Only
`benchmark` is also timed with an adapter, since transformers has none.
"""

import argparse
import sys
from pathlib import Path

import options
from compare import HERE, run, with_range

KINDS = {"prompts": "prompt_tokens_per_second", "decoding": "decoding_tokens_per_second"}


def run_round(arguments: argparse.Namespace) -> dict[str, dict]:
    shared = [*options.as_list(arguments), "--new-tokens", str(arguments.new_tokens)]
    ours = run([str(Path(arguments.benchmark).resolve()), "generate", *shared])
    theirs = run([sys.executable, str(HERE / "hf_generate.py"), *shared])
    return {"mola, base model": ours["base"], "mola 2468": ours["mola"], "transformers": theirs}


def main() -> None:
    parser = options.shared_parser(__doc__)
    parser.add_argument(
        "--new-tokens", type=options.positive, default=64, help="new tokens per prompt"
    )
    parser.add_argument("--benchmark", required=True, metavar="FILE", help="the benchmark program")
    parser.add_argument("--rounds", type=options.positive, default=3, help="runs of each program")
    arguments = parser.parse_args()
    rounds = [run_round(arguments) for _ in range(arguments.rounds)]
    print("| tokens/s | prompts | decoding |\n|---|---|---|")
    for name in rounds[0]:
        speeds = [
            with_range([figures[name][key] for figures in rounds], 1) for key in KINDS.values()
        ]
        print(f"| {name} | {' | '.join(speeds)} |")
    for kind, key in KINDS.items():
        ratios = [
            figures["mola, base model"][key] / figures["transformers"][key] for figures in rounds
        ]
        print(f"{kind}: mola / transformers {with_range(ratios, 2)}")


if __name__ == "__main__":
    main()
