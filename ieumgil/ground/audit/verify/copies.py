"""Partners' copies of checkpoints, from a file that `ledger held` wrote or typed off paper."""

from ieumgil.ground.audit.verify.line import read_held


def read_copies(text: str) -> list[str]:
    """Give the signed notes in a file: lines of JSON as `ledger held` writes them, or else one single note.

    Raises LineError for lines that begin like JSON and are not such copies.
    """
    if text.startswith("{"):
        return [read_held(line) for line in text.encode().splitlines(keepends=True)]
    return [text]
