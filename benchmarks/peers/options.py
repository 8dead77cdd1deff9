"""The shared options of the scripts, with the names and defaults of `benchmark`. Does not import
torch: on Linux the peak memory of a process includes that of its parent."""

import argparse

NUMBERS = {
    "--layers": (8, "decoder layers"),
    "--hidden": (1024, "hidden size"),
    "--ffn": (2816, "inner size of the MLP"),
    "--heads": (16, "query heads"),
    "--kv-heads": (16, "key and value heads"),
    "--vocab": (32000, "vocabulary"),
    "--batch": (4, "sequences"),
    "--time": (256, "tokens per sequence"),
    "--steps": (5, "timed steps"),
}
CHOICES = {"--dtype": ("bf16", "f32"), "--device": ("cpu", "cuda")}


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"found {text}, expected at least 1")
    return number


def share(text: str) -> float:
    number = float(text)
    if not 0.01 <= number <= 1:
        raise argparse.ArgumentTypeError(f"found {text}, expected 0.01 to 1")
    return number


def shared_parser(doc: str) -> argparse.ArgumentParser:
    """The options of all scripts; `doc` is the script's docstring."""
    parser = argparse.ArgumentParser(
        description=doc.split("\n\n")[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    for name, (default, text) in NUMBERS.items():
        parser.add_argument(name, type=positive, default=default, help=text)
    for name, choices in CHOICES.items():
        text = f"{name[2:]} of the model"
        parser.add_argument(name, choices=choices, default=choices[0], help=text)
    parser.add_argument("--json", metavar="FILE", help="also write the figures to this file")
    return parser


def peer_parser(doc: str, rank: int) -> argparse.ArgumentParser:
    """The options of a script that times training steps."""
    parser = shared_parser(doc)
    parser.add_argument("--rank", type=positive, default=rank, help="rank of each expert")
    parser.add_argument(
        "--labelled", type=share, default=1.0, help="share of labelled positions"
    )
    return parser


def as_list(arguments: argparse.Namespace) -> list[str]:
    """The shared options except --json, as arguments of another process."""
    words = []
    for name in (*NUMBERS, *CHOICES):
        words += [name, str(getattr(arguments, name[2:].replace("-", "_")))]
    return words
