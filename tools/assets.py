"""Put the look together: one sheet of styles from KRDS and ours, and a compressed copy beside each file that is sent.

`python tools/assets.py` writes them; `--check` says which are not fresh. Node is only needed for `make vendor`.
"""

import gzip
import re
import sys
from collections.abc import Iterator
from pathlib import Path

STATIC = Path(__file__).parent.parent / "ieumgil" / "shell" / "static"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
AROUND = re.compile(r"\s*([{};,>])\s*")
NAMED = re.compile(r"(--[\w-]+)\s*:")
ASKED = re.compile(r"var\((--[\w-]+)\)")
SENT = ("css/ieumgil.css", "css/fonts.css", "js/*.js", "js/vendor/*.js", "favicon.svg")


def small(css: str) -> str:
    """Leave out comments and space that a browser does not need."""
    return AROUND.sub(r"\1", re.sub(r"\s+", " ", COMMENT.sub("", css))).replace(";}", "}").strip()


def sheet() -> bytes:
    """Give the one sheet of styles; raises ValueError where ours asks for a token that KRDS was trimmed of."""
    krds, house = ((STATIC / "css" / name).read_text("utf-8") for name in ("krds.css", "house.css"))
    absent = set(ASKED.findall(house)) - set(NAMED.findall(krds + house)) - {"--tone", "--tone-soft"}
    if absent:
        raise ValueError(f"not in krds.css: {', '.join(sorted(absent))}; run `make vendor`")
    return f"{krds.strip()}{small(house)}\n".encode()


def compressed(content: bytes) -> bytes:
    """Compress to the same bytes on every machine and every day."""
    return gzip.compress(content, compresslevel=9, mtime=0)


def made() -> Iterator[tuple[Path, bytes]]:
    """Give each file that is made here, with what must be in it."""
    styles = sheet()
    yield STATIC / "css/ieumgil.css", styles
    for pattern in SENT:
        for path in sorted(STATIC.glob(pattern)):
            content = styles if path.name == "ieumgil.css" else path.read_bytes()
            yield path.with_name(f"{path.name}.gz"), compressed(content)


def stale() -> list[str]:
    """Give the names of the files that are not what they would be if made now."""
    return [str(path.relative_to(STATIC)) for path, content in made() if not _is(path, content)]


def _is(path: Path, content: bytes) -> bool:
    if not path.is_file():
        return False
    there = path.read_bytes()
    # zlib differs between machines: what counts is what comes out of it
    return gzip.decompress(there) == gzip.decompress(content) if path.suffix == ".gz" else there == content


def main() -> int:
    """Write them, or with `--check` only say what is stale."""
    if "--check" in sys.argv:
        print("\n".join(stale()))
        return 1 if stale() else 0
    (STATIC / "css/ieumgil.css").write_bytes(sheet())
    for path, content in made():
        path.write_bytes(content)
        print(f"{len(content):>8} {path.relative_to(STATIC)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
