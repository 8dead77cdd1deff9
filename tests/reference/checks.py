"""Common to the checks of the program mola: how they run it, skip and fail."""

import subprocess
import sys
from pathlib import Path
from typing import NoReturn

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[1] / "examples" / "python"))  # for load_mola


def skip(reason: str) -> NoReturn:
    """Ends with 77, which ctest shows as skipped."""
    # Two lines as GoogleTest has them, so that `make test` shows the reason.
    print(f"{sys.argv[0]}: Skipped\n{reason}")
    sys.exit(77)


try:
    import torch  # noqa: F401
    import transformers
    from safetensors.torch import load_file  # noqa: F401
except ImportError as error:
    skip(
        f"{sys.executable} has no {error.name}: run tools/setup.sh --python-tests and configure "
        "again, or name a Python that has it, -DMOLA_PYTHON=/path/to/python3"
    )

transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()


def run(command: str, *arguments: object) -> str:
    """Runs a command of the program that the command line names; returns its standard output."""
    words = [sys.argv[1], command, *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"mola {command} failed: {done.stderr}")
    return done.stdout


def check(name: str, found: object, expected: object) -> None:
    if found != expected:
        sys.exit(f"{name}: found {found!r}, expected {expected!r}")


def check_at_most(name: str, found: float, limit: float) -> None:
    print(f"{name}: {found:.3e} (at most {limit:.0e})")
    if not found <= limit:  # a NaN fails too
        sys.exit(1)
