"""The verifier as a program of its own: `python -m ieumgil.ground.audit.verify EXPORT`."""

import argparse
import sys
from pathlib import Path

from ieumgil.ground.audit.verify import verify
from ieumgil.ground.audit.verify.copies import read_copies
from ieumgil.ground.audit.verify.line import public_key


def main() -> int:
    """Verify the export named on the command line; the exit status is 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="verify", description="Verify an exported ledger.")
    parser.add_argument("export", type=Path)
    parser.add_argument("--key", action="append", default=[], help="public log key of the agency, base64")
    parser.add_argument(
        "--held", action="append", default=[], type=Path, help="file of partners' checkpoints"
    )
    given = parser.parse_args()
    held = [note for path in given.held for note in read_copies(path.read_text(encoding="utf-8"))]
    with given.export.open("rb") as lines:
        findings = verify(lines, keys=[public_key(key) for key in given.key], held=held)
    sys.stdout.writelines(f"{finding}\n" for finding in findings)
    if not findings:
        sys.stdout.write("sound\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
