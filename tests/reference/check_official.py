"""Checks that a MoLA adapter folder has exactly the names and fields of the official code.

    python check_official.py ADAPTER_DIR

Prints each violation and exits with 1 if there is one. The `mola` object is ours; if it is there,
its allocation must be the one that the tensors' names show.
"""

import argparse
import json
import re
import sys
from collections import defaultdict
from pathlib import Path

from safetensors import safe_open

from common import PROJECTIONS

NAME = re.compile(
    r"base_model\.model\.model\.layers\.(?P<layer>0|[1-9]\d*)\.(?P<block>self_attn|mlp)"
    r"\.(?P<projection>\w+)\.(?P<leaf>lora_(?P<side>[AB])_(?P<expert>0|[1-9]\d*)|router\.router)"
    r"\.weight"
)


def config_problems(config: dict) -> list[str]:
    """The official fields, with their types and values."""
    problems = []

    def require(field: str, valid: bool) -> None:
        if not valid:
            problems.append(f"adapter_config.json: {field} is {config.get(field)!r}")

    r = config.get("r")
    number = (int, float)
    modules = config.get("target_modules")
    require("peft_type", config.get("peft_type") == "LORA")
    require("task_type", config.get("task_type") == "CAUSAL_LM")
    require("r", isinstance(r, list) and len(r) > 0 and all(type(n) is int and n > 0 for n in r))
    require("lora_alpha", isinstance(config.get("lora_alpha"), number))
    require("lora_dropout", isinstance(config.get("lora_dropout"), number))
    require("bias", config.get("bias") == "none")
    require("target_modules", isinstance(modules, list) and set(modules) <= set(PROJECTIONS))
    return problems


def tensor_problems(config: dict, shapes: dict[str, list[int]]) -> list[str]:
    """Names, complete sets of experts, shapes, and the allocation that they show."""
    problems = []
    found: dict[tuple[int, str], dict[str, list[int]]] = defaultdict(dict)
    for name, shape in sorted(shapes.items()):
        match = NAME.fullmatch(name)
        if not match or PROJECTIONS.get(match["projection"]) != match["block"]:
            problems.append(f"{name}: not an official name")
        elif int(match["layer"]) >= len(config["r"]):
            problems.append(f"{name}: r has only {len(config['r'])} layers")
        elif match["projection"] not in config["target_modules"]:
            problems.append(f"{name}: not a target module")
        else:
            found[int(match["layer"]), match["projection"]][match["leaf"]] = shape

    for (layer, projection), leaves in found.items():
        where, rank = f"layer {layer}, {projection}", config["r"][layer]
        num_experts = sum(leaf.startswith("lora_A") for leaf in leaves)
        wanted = {f"lora_{side}_{e}" for side in "AB" for e in range(num_experts)}
        # A single expert needs no router; one that is there is ignored.
        wanted |= {"router.router"} if num_experts > 1 or "router.router" in leaves else set()
        if num_experts == 0 or set(leaves) != wanted:
            problems.append(f"{where}: has {sorted(leaves)}, expected {sorted(wanted)}")
            continue
        inputs, outputs = leaves["lora_A_0"][-1], leaves["lora_B_0"][0]
        expected = {"A": [rank, inputs], "B": [outputs, rank], "r": [num_experts, inputs]}
        for leaf, shape in leaves.items():
            kind = "r" if leaf == "router.router" else leaf[5]
            if shape != expected[kind]:
                problems.append(f"{where}, {leaf}: shape {shape}, expected {expected[kind]}")

    allocation = config.get("mola", {}).get("allocation")
    if allocation is not None:
        for projection in config["target_modules"]:
            row = allocation[projection] if isinstance(allocation, dict) else allocation
            seen = [
                sum(leaf.startswith("lora_A") for leaf in found.get((layer, projection), {}))
                for layer in range(len(config["r"]))
            ]
            if row != seen:
                problems.append(f"{projection}: mola.allocation {row}, the tensors show {seen}")
    return problems


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("ADAPTER_DIR", type=Path)
    folder = parser.parse_args().ADAPTER_DIR
    config = json.loads((folder / "adapter_config.json").read_text())
    with safe_open(folder / "adapter_model.safetensors", "pt") as tensors:
        shapes = {name: list(tensors.get_slice(name).get_shape()) for name in tensors.keys()}
    problems = config_problems(config) or tensor_problems(config, shapes)
    print("\n".join(problems) or f"{len(shapes)} tensors, all as the official code names them")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
