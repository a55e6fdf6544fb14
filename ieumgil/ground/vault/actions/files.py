"""Files that only their owner reads and that are on the disk before the next step is taken."""

import os
from pathlib import Path


def own_folder(folder: Path) -> Path:
    """Make a folder that only its owner enters, with its parents, if it is not there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_new(path: Path, content: bytes) -> None:
    """Write a new file of mode 0600 and wait until it is on the disk; FileExistsError if there is one."""
    own_folder(path.parent)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        path.unlink()
        raise
    settle(path.parent)


def settle(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
