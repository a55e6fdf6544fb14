"""Files that only their owner reads and that are on the disk before the next step is taken."""

import os
from pathlib import Path


def own_folder(folder: Path) -> Path:
    """Make a folder that only its owner enters, with its parents, if it is not there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_new(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, durably; raises FileExistsError rather than replace one."""
    own_folder(path.parent)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        write_through(part, content)
        os.link(part, path)
    finally:
        part.unlink(missing_ok=True)
    settle(path.parent)


def write_through(path: Path, content: bytes) -> None:
    """Write a new file of mode 0600 and wait until its bytes are on the disk."""
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def settle(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
