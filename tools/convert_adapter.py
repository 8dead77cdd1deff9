"""Converts adapter_model.bin of the official MoLA code to adapter_model.safetensors.

    python tools/convert_adapter.py ADAPTER_DIR

Needs the packages torch and safetensors. The names of the tensors do not change; the .bin is kept.
"""

import sys
from pathlib import Path

import torch
from safetensors.torch import save_file


def convert(folder: Path) -> Path:
    tensors = torch.load(folder / "adapter_model.bin", map_location="cpu", weights_only=True)
    target = folder / "adapter_model.safetensors"
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, target,
              metadata={"format": "pt"})
    return target


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print("wrote", convert(Path(sys.argv[1])))
