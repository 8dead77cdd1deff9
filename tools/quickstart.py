#!/usr/bin/env python3
"""The whole workflow in small: toy data, a base model, two fine-tunes and their evaluation.

    make quickstart
    tools/quickstart.py --steps 4      only a few steps of each fine-tune, to see that all works

Everything goes to runs/quickstart. The data and the base model are kept, so a second run starts at
the fine-tunes. The commands are printed as they run: each can be repeated by hand.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RUNS = Path("runs/quickstart")
DATA, BASE = RUNS / "data", RUNS / "base"
REPORT = RUNS / "report"
TASK = ("--task", "cola", "--data", DATA / "CoLA")
MODEL = ("--model", BASE / "model", "--dtype", "f32")  # as in the configs
ADAPTERS = ("mola", "lora")
HEADER = ("", "trained", "accuracy", "95 % interval", "time", "tokens/s", "memory")


def run(command: str, *arguments: object) -> tuple[float, float]:
    """Runs a command of mola; returns its seconds and its peak memory in GB."""
    words = ["build/bin/mola", command, *map(str, arguments)]
    print("\n$ " + " ".join(words), flush=True)
    start = time.monotonic()
    child = subprocess.Popen(words)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"quickstart: mola {command} failed, see above")
    return time.monotonic() - start, usage.ru_maxrss * 1024 / 1e9


def make_base() -> None:
    """Generates the data and trains the base model, unless they exist."""
    if not (DATA / "CoLA" / "dev.tsv").exists():
        shutil.rmtree(DATA, ignore_errors=True)
        run("toy-data", "--output", DATA, "--seed", 1)
    if (BASE / "model").exists():
        print(f"\nThe base model in {BASE / 'model'} is kept; remove {BASE} to train it again.")
        return
    shutil.rmtree(BASE, ignore_errors=True)
    run("pretrain", "configs/pretrain/quickstart.json")


def evaluate(name: str, protocol: str = "generate") -> dict:
    """The results of the base model, or of one of the adapters on it."""
    output = RUNS / f"{name}_{protocol}.json"
    adapter = [] if name == "base" else ["--adapter", RUNS / name / "adapter"]
    run("evaluate", *MODEL, *adapter, *TASK, "--protocol", protocol, "--json", output)
    return json.loads(output.read_text())


def finetune(name: str, steps: int | None) -> dict:
    """Trains an adapter by its config; returns its columns of the table."""
    folder = RUNS / name
    shutil.rmtree(folder, ignore_errors=True)
    shorter = () if steps is None else ("--set", f"train.max_steps={steps}")
    seconds, gigabytes = run("finetune", f"configs/quickstart_{name}.json", *shorter)
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    speed = statistics.median(json.loads(line)["tokens_per_second"] for line in lines)
    return {"seconds": seconds, "gigabytes": gigabytes, "speed": speed}


def analyze() -> None:
    """Reports on the experts of the mixture."""
    shutil.rmtree(REPORT, ignore_errors=True)
    adapter = RUNS / "mola" / "adapter"
    run("analyze", *MODEL, "--adapter", adapter, *TASK, "--output", REPORT)


def trained_parameters(folder: Path) -> int:
    """The numbers in the adapter's file: its bytes, less the header, are fp32."""
    path = folder / "adapter" / "adapter_model.safetensors"
    with path.open("rb") as file:
        header = int.from_bytes(file.read(8), "little")
    return (path.stat().st_size - 8 - header) // 4


def row(name: str, share: dict, *rest: str) -> tuple[str, ...]:
    interval = f"{share['low']:.1%} to {share['high']:.1%}"
    return (name, rest[0], f"{share['value']:.1%}", interval, *rest[1:])


def print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(cells[i]) for cells in rows) for i in range(len(HEADER))]
    print()
    for cells in rows:
        first, *others = (cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
        print("  ".join([cells[0].ljust(len(first)), *others]).rstrip())


def main() -> None:
    parser = argparse.ArgumentParser(description="A first run of mola, in runs/quickstart.")
    parser.add_argument("--steps", type=int, help="steps of each fine-tune; by default its config's")
    steps = parser.parse_args().steps
    os.chdir(ROOT)
    start = time.monotonic()
    make_base()
    training = {name: finetune(name, steps) for name in ADAPTERS}
    figures = {name: evaluate(name) for name in ("base", *ADAPTERS)}
    scored = evaluate("base", "score")
    analyze()

    rows = [HEADER]
    rows.append(row("majority answer", figures["base"]["majority"], "", "", "", ""))
    rows.append(row("base model, generation", figures["base"]["accuracy"], "", "", "", ""))
    rows.append(row("base model, scoring", scored["accuracy"], "", "", "", ""))
    for name, title in (("mola", "MoLA 2468"), ("lora", "LoRA")):
        told = training[name]
        size = f"{trained_parameters(RUNS / name):,}"
        speed, memory = f"{told['speed']:,.0f}", f"{told['gigabytes']:.2f} GB"
        accuracy = figures[name]["accuracy"]
        rows.append(row(title, accuracy, size, f"{told['seconds']:.0f} s", speed, memory))
    print_table(rows)
    print(f"""
That took {time.monotonic() - start:.0f} s. The task: is a sentence acceptable? Its data, the base model and the
adapters are in {RUNS}; a report on the experts is in
{REPORT}/report.html: open it in a browser. Next steps:

  examples as the model sees them
      build/bin/mola preview --task cola --data {DATA}/CoLA --model {BASE}/model
  chat with the model
      build/bin/mola generate --model {BASE}/model --adapter {RUNS}/mola/adapter \\
          --instruction --interactive
  another allocation
      build/bin/mola finetune configs/quickstart_mola.json --set adapter.allocation=8642 \\
          --set output.dir={RUNS}/8642
  your own model and data
      docs/finetune_llama2_7b.md
""")


if __name__ == "__main__":
    main()
