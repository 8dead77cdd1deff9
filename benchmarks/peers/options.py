"""The command line that the scripts share, with the names and defaults of `benchmark`. Imports no
torch: on Linux a process counts its parent's memory into its own peak."""

import argparse

NUMBERS = {
    "--layers": (8, "decoder layers"),
    "--hidden": (1024, "hidden size"),
    "--ffn": (2816, "inner size of the MLP"),
    "--heads": (16, "query heads"),
    "--kv-heads": (16, "key and value heads"),
    "--vocab": (32000, "vocabulary"),
    "--batch": (4, "sequences"),
    "--time": (256, "tokens a sequence"),
    "--steps": (5, "steps that are timed"),
}
CHOICES = {"--dtype": ("bf16", "f32"), "--device": ("cpu", "cuda")}


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number


def share(text: str) -> float:
    number = float(text)
    if not 0.01 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text} is not in 0.01 to 1")
    return number


def shared_parser(doc: str) -> argparse.ArgumentParser:
    """The options that all scripts have; `doc` is the script's docstring."""
    parser = argparse.ArgumentParser(
        description=doc.split("\n\n")[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    for name, (default, text) in NUMBERS.items():
        parser.add_argument(name, type=positive, default=default, help=text)
    for name, choices in CHOICES.items():
        parser.add_argument(name, choices=choices, default=choices[0], help="of the model")
    parser.add_argument("--json", metavar="FILE", help="writes the figures there too")
    return parser


def peer_parser(doc: str, rank: int) -> argparse.ArgumentParser:
    """The options of a script that times training steps."""
    parser = shared_parser(doc)
    parser.add_argument("--rank", type=positive, default=rank, help="rank of each expert")
    parser.add_argument(
        "--labelled", type=share, default=1.0, help="share of the positions in the loss"
    )
    return parser


def as_list(arguments: argparse.Namespace) -> list[str]:
    """The shared options again, --json aside, for the command line of another process."""
    words = []
    for name in (*NUMBERS, *CHOICES):
        words += [name, str(getattr(arguments, name[2:].replace("-", "_")))]
    return words
