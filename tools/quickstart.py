#!/usr/bin/env python3
"""The whole way in small: a world, a base model, two fine-tunes, and what they can do.

    make quickstart

Everything goes to runs/quickstart. The world and the base model are kept, so a second run starts at
the fine-tunes. The commands are printed as they run: each can be repeated by hand.
"""

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
WORLD, BASE = RUNS / "world", RUNS / "base"
REPORT = RUNS / "report"
TASK = ("--task", "cola", "--data", WORLD / "CoLA")
ADAPTERS = ("mola", "lora")
HEADER = ("", "trained", "accuracy", "95 % interval", "time", "tokens/s", "memory")


def run(program: str, *arguments: object) -> tuple[float, float]:
    """Runs one of the programs; gives its seconds and its peak memory in GB."""
    command = [f"build/bin/{program}", *map(str, arguments)]
    print("\n$ " + " ".join(command), flush=True)
    start = time.monotonic()
    child = subprocess.Popen(command)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"quickstart: {program} failed, see above")
    return time.monotonic() - start, usage.ru_maxrss * 1024 / 1e9


def make_base() -> None:
    """Writes the world and trains the base model, unless they are there."""
    if not (WORLD / "CoLA" / "dev.tsv").exists():
        shutil.rmtree(WORLD, ignore_errors=True)
        run("world", "--output", WORLD, "--seed", 1)
    if (BASE / "model").exists():
        print(f"\nThe base model in {BASE / 'model'} is kept; remove {BASE} to train it again.")
        return
    shutil.rmtree(BASE, ignore_errors=True)
    run("pretrain", "configs/pretrain/quickstart.json")


def evaluate(name: str, protocol: str = "generate") -> dict:
    """The figures of the base model, or of one of the adapters on it."""
    output = RUNS / f"{name}_{protocol}.json"
    adapter = [] if name == "base" else ["--adapter", RUNS / name / "adapter"]
    run("evaluate", "--model", BASE / "model", *adapter, *TASK, "--protocol", protocol, "--json", output)
    return json.loads(output.read_text())


def finetune(name: str) -> dict:
    """Trains an adapter as its config says; gives what the table tells of it."""
    folder = RUNS / name
    shutil.rmtree(folder, ignore_errors=True)
    seconds, gigabytes = run("finetune", f"configs/quickstart_{name}.json")
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    speed = statistics.median(json.loads(line)["tokens_per_second"] for line in lines)
    return {"seconds": seconds, "gigabytes": gigabytes, "speed": speed}


def analyze() -> None:
    """Looks inside the mixture's experts."""
    shutil.rmtree(REPORT, ignore_errors=True)
    adapter = RUNS / "mola" / "adapter"
    run("analyze", "--model", BASE / "model", "--adapter", adapter, *TASK, "--output", REPORT)


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
    os.chdir(ROOT)
    start = time.monotonic()
    make_base()
    training = {name: finetune(name) for name in ADAPTERS}
    figures = {name: evaluate(name) for name in ("base", *ADAPTERS)}
    scored = evaluate("base", "score")
    analyze()

    rows = [HEADER]
    rows.append(row("always the most frequent", figures["base"]["majority"], "", "", "", ""))
    rows.append(row("untuned base, asked", figures["base"]["accuracy"], "", "", "", ""))
    rows.append(row("untuned base, its likelier answer", scored["accuracy"], "", "", "", ""))
    for name, title in (("mola", "MoLA 2468"), ("lora", "LoRA")):
        told = training[name]
        size = f"{trained_parameters(RUNS / name):,}"
        speed, memory = f"{told['speed']:,.0f}", f"{told['gigabytes']:.2f} GB"
        accuracy = figures[name]["accuracy"]
        rows.append(row(title, accuracy, size, f"{told['seconds']:.0f} s", speed, memory))
    print_table(rows)
    print(f"""
That took {time.monotonic() - start:.0f} s. The task: is a sentence of the world acceptable? Its files, the
base model and the adapters are in {RUNS}. What the experts of the mixture
do is in {REPORT}/report.html: open it in a browser. To go on:

  what the model is asked   build/bin/show --task cola --data {WORLD}/CoLA --model {BASE}/model
  ask it yourself           build/bin/generate --model {BASE}/model --adapter {RUNS}/mola/adapter \\
                              --instruction --interactive
  another allocation        build/bin/finetune configs/quickstart_mola.json \\
                              --set adapter.allocation=8642 --set output.dir={RUNS}/8642
  your own model and data   README.md, "A fine-tune of LLaMA-2-7B"
""")


if __name__ == "__main__":
    main()
