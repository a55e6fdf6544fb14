"""Measure everything, or what is named: `python -m bench [seal] [fold] [messages] [pages] [--out FILE]`."""

import argparse
import os
import tempfile
from pathlib import Path

from bench import folding, messages, pages, sealing
from bench.figure import heading, show, versions

PARTS = ("seal", "fold", "messages", "pages")


def main() -> None:
    """Print a line for each figure as soon as it is measured."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "parts", nargs="*", choices=[*PARTS, []], help="what to measure; everything if nothing is named"
    )
    parser.add_argument("--seconds", type=float, default=2.0, help="for each figure of seal and fold")
    parser.add_argument("--out", type=Path, help="add a JSON line for each figure to this file")
    asked = parser.parse_args()
    # Where the system keeps /tmp in memory, a commit there costs nothing and means nothing.
    tempfile.tempdir = os.environ.get("TMPDIR", "/var/tmp")  # noqa: S108  a folder of our own is made in it
    print(", ".join(f"{name} {number}" for name, number in versions().items()))
    print(
        f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.2f}, databases in {tempfile.gettempdir()}"
    )
    print(heading())
    parts = asked.parts or PARTS
    if "seal" in parts:
        show(sealing.figures(asked.seconds), asked.out)
    if "fold" in parts:
        show(folding.figures(asked.seconds), asked.out)
    if "messages" in parts:
        show(messages.figures(), asked.out)
    if "pages" in parts:
        show(pages.figures(), asked.out)
    print(f"load average at the end {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()
