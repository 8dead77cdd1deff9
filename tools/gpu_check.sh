#!/usr/bin/env bash
# Checks and times mola on a CUDA card, within 8 minutes, and writes the results as one Markdown
# page: the tests of tests/device on the card, then training steps at the shape of LLaMA-2-7B beside
# PEFT's, in turns.
#
#   tools/gpu_check.sh [--quick] [--build FOLDER] [--python PROGRAM] [--output FILE]
#
# --quick      a model of four layers
# --build      where the tests and the benchmark were built (build)
# --python     one with torch, transformers and peft, for PEFT's steps (python3)
# --output     the page (gpu_check.md)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() {
  echo "gpu_check: $*" >&2
  exit 1
}

layers=32 build=build python=python3 output=gpu_check.md
while (($# > 0)); do
  case $1 in
    --quick) layers=4 ;;
    --build | --python | --output)
      (($# > 1)) || die "$1: found no value"
      printf -v "${1#--}" '%s' "$2"
      shift
      ;;
    *) die "found $1, expected --quick, --build, --python or --output" ;;
  esac
  shift
done
for program in "$build/tests/cuda_test" "$build/bin/benchmark"; do
  [[ -x $program ]] || die "found no $program; build it first"
done
command -v nvidia-smi > /dev/null || die "found no nvidia-smi, so no card"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
card=$(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader | head -1)
echo "gpu_check: $card"

tests=passed
timeout 150 "$build/tests/cuda_test" --gtest_brief=1 > "$scratch/tests" 2>&1 || tests=failed
tail -3 "$scratch/tests"
"$build/bin/benchmark" product --device cuda --dtype bf16 --json "$scratch/product.json" > /dev/null

shape=(--layers "$layers" --hidden 4096 --ffn 11008 --heads 32 --vocab 32000 --dtype bf16
  --device cuda --steps 5)
peers=(--rank 64)
has_peft=yes
"$python" -c "import peft, transformers" 2> /dev/null || has_peft=no
# Sequences, tokens of each, and further options.
jobs=("8 256" "8 256 --ragged" "16 512" "4 2048")
for round in 1 2; do
  for job in "${jobs[@]}"; do
    read -r batch time more <<< "$job"
    name=$batch-$time${more:+-ragged}-$round
    # shellcheck disable=SC2086  # `more` is a word or nothing
    timeout 60 "$build/bin/benchmark" "${shape[@]}" --kv-heads 32 --batch "$batch" --time "$time" \
      $more --json "$scratch/mola-$name.json" > "$scratch/log" 2>&1 || tail -2 "$scratch/log"
    [[ $has_peft == yes && -z $more ]] || continue
    timeout 60 "$python" benchmarks/peers/peft_lora.py "${shape[@]}" "${peers[@]}" \
      --batch "$batch" --time "$time" --json "$scratch/peft-$name.json" > "$scratch/log" 2>&1 ||
      tail -2 "$scratch/log"
  done
done

python3 - "$scratch" "$card" "$tests" "$layers" > "$output" << 'END'
import json
import statistics
import sys
from pathlib import Path

folder, card, tests, layers = Path(sys.argv[1]), *sys.argv[2:]


def median(pattern, key):
    """Of the rounds that finished; none if none did."""
    values = [json.loads(path.read_text())[key] for path in folder.glob(pattern)]
    return statistics.median(values) if values else None


def text(value, digits=1):
    return "not measured" if value is None else f"{value:.{digits}f}"


def ratio(value, other):
    return None if value is None or other is None else value / other


rate = json.loads((folder / "product.json").read_text())["tflop_per_second"]
summary = (folder / "tests").read_text().strip().splitlines()[-1:]
print(f"""# On a card: {card}

LLaMA-2-7B's shape with {layers} layers and random weights, bf16, medians of two rounds in turns.
MoLA `2468` of rank 8 with dropout 0.05 beside PEFT's LoRA of rank 64 without dropout, with
torch's attention. The tests of tests/device {tests} on the card: {" ".join(summary)}

A product of 8192 x 8192 matrices runs at {rate:.0f} TFLOP/s. A step's products are counted as 4
operations for a frozen weight and token and 6 for one of the adapter's, with attention and head.

| sequences x tokens | MoLA, tokens/s | PEFT, tokens/s | ratio | MoLA, TFLOP/s | of the product's rate | MoLA, GB | PEFT, GB |
|---|---:|---:|---:|---:|---:|---:|---:|""")
for name in ("8-256", "8-256-ragged", "16-512", "4-2048"):
    ours, theirs = (median(f"{who}-{name}-[12].json", "tokens_per_second") for who in ("mola", "peft"))
    flops = median(f"mola-{name}-[12].json", "tflop_per_second")
    memory = [median(f"{who}-{name}-[12].json", "peak_gigabytes") for who in ("mola", "peft")]
    cells = [name.replace("-", " x ", 1).replace("-", ", "), text(ours, 0), text(theirs, 0),
             text(ratio(ours, theirs), 2), text(flops, 0), text(ratio(flops, rate), 2),
             text(memory[0]), text(memory[1])]
    print("| " + " | ".join(cells) + " |")
END
echo "gpu_check: wrote $output"
[[ $tests == passed ]] || die "tests failed: $(tail -5 "$scratch/tests")"
