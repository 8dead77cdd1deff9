"""Compares the training steps of `benchmark` with those of PEFT and of a loop over experts.

    python compare.py --benchmark build/bin/benchmark --dtype bf16 --rounds 3 --steps 3

Each round runs all of them one after the other, each in its own process; ratios are computed within
a round, because a machine's speed drifts. The tables give medians over the rounds, with the lowest
and highest in parentheses. Run nothing else at the same time. On CUDA, the peak of `benchmark` is
omitted: it is the memory of the process, not of the GPU.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import options

HERE = Path(__file__).resolve().parent
ENVIRONMENT = {"GOMP_SPINCOUNT": "4000", **os.environ}  # as `benchmark` sets it for itself
MOLA, LORA = "mola 2468, rank 8", "lora, rank 64"
PEFT, LOOP = "PEFT lora, rank 64", "expert loop 2468, rank 8"
LABELLED = "mola, 10 % labelled"
RATIOS = {
    "tokens/s: mola / expert loop": ("tokens_per_second", MOLA, LOOP),
    "tokens/s: mola / PEFT": ("tokens_per_second", MOLA, PEFT),
    "step time: mola / own lora": ("step_seconds", MOLA, LORA),
    "peak memory: mola / PEFT": ("peak_gigabytes", MOLA, PEFT),
    "tokens/s: 10 % labelled / all labelled": ("tokens_per_second", LABELLED, MOLA),
}

Round = dict[str, dict]  # program -> its figures


def commands(arguments: argparse.Namespace) -> dict[str, list[str]]:
    shared = options.as_list(arguments)
    ours = [str(Path(arguments.benchmark).resolve()), *shared]
    mola = ["--allocation", "2468", "--rank", "8"]
    lora = ["--rank", "64"]
    return {
        MOLA: [*ours, "--adapter", "mola", *mola],
        LORA: [*ours, "--adapter", "lora", *lora],
        PEFT: [sys.executable, str(HERE / "peft_lora.py"), *shared, *lora],
        LOOP: [sys.executable, str(HERE / "expert_loop.py"), *shared, *mola],
        LABELLED: [*ours, "--adapter", "mola", *mola, "--labelled", "0.1"],
    }


def run(command: list[str]) -> dict:
    """Runs a command and returns the figures that it prints; exits if it fails."""

    def fail(problem: str) -> None:
        sys.exit(f"compare.py: {' '.join(command)}: {problem}")

    try:
        child = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT)
    except OSError as error:
        fail(error.strerror)
    if child.returncode != 0:
        tail = " | ".join(child.stderr.strip().splitlines()[-3:])
        fail(f"exit status {child.returncode}: {tail}")
    try:
        return json.loads(child.stdout)
    except json.JSONDecodeError as error:
        fail(f"found no JSON in the output: {error}")


def run_round(arguments: argparse.Namespace) -> Round:
    figures = {}
    for name, command in commands(arguments).items():
        figures[name] = run(command)
        speed = figures[name]["tokens_per_second"]
        print(f"  {name}: {speed:.1f} tokens/s", file=sys.stderr, flush=True)
        if arguments.device == "cuda" and name in (MOLA, LORA, LABELLED):
            del figures[name]["peak_gigabytes"]
    return figures


def ratios_of(rounds: list[Round]) -> dict[str, list[float]]:
    """Each ratio by round, except those with a missing figure."""
    ratios = {}
    for text, (key, over, under) in RATIOS.items():
        if all(key in figures[name] for figures in rounds for name in (over, under)):
            ratios[text] = [figures[over][key] / figures[under][key] for figures in rounds]
    return ratios


def with_range(values: list[float], digits: int) -> str:
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def print_tables(rounds: list[Round], ratios: dict[str, list[float]]) -> None:
    def median(name: str, key: str) -> str:
        values = [figures[name][key] for figures in rounds if key in figures[name]]
        return f"{statistics.median(values):.2f}" if values else "-"

    print(f"{'':40}{'tokens/s':24}{'peak GB':>8}{'efficiency':>12}")
    for name in rounds[0]:
        speed = with_range([figures[name]["tokens_per_second"] for figures in rounds], 1)
        print(
            f"{name:40}{speed:24}{median(name, 'peak_gigabytes'):>8}"
            f"{median(name, 'efficiency'):>12}"
        )
    print()
    for text, values in ratios.items():
        print(f"{text:40}{with_range(values, 2)}")


def main() -> None:
    parser = options.shared_parser(__doc__)
    parser.add_argument("--benchmark", required=True, metavar="FILE", help="the benchmark program")
    parser.add_argument("--rounds", type=options.positive, default=3, help="runs of each program")
    parser.set_defaults(steps=3)
    arguments = parser.parse_args()
    rounds = []
    for number in range(arguments.rounds):
        print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr, flush=True)
        rounds.append(run_round(arguments))
    ratios = ratios_of(rounds)
    print_tables(rounds, ratios)
    if arguments.json:
        medians = {text: statistics.median(values) for text, values in ratios.items()}
        result = {"settings": vars(arguments), "rounds": rounds, "ratios": medians}
        Path(arguments.json).write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
