"""What came from elsewhere is what the record says, asks nobody, and stays small."""

import gzip
import hashlib
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.support.source import PACKAGE, ROOT, expect_none

STATIC = PACKAGE / "shell" / "static"
RECORD = STATIC / "VENDORED.md"
LINE = re.compile(r"^([0-9a-f]{64})  (\S+)$", re.MULTILINE)
OURS = {"css/house.css", "css/ieumgil.css", "js/house.js", "js/trusted.js", "favicon.svg", "VENDORED.md"}
# What a browser would fetch: in a style sheet, in an image, in a script.
ASKS = re.compile(
    rb"""(?:url\(\s*["']?|@import\s+["']?|(?:\bsrc|\bhref)\s*=\s*["']|\b(?:fetch|import|importScripts|Worker)\(\s*["'`])"""
    rb"""((?:https?:)?//[^"')\s]+)""",
    re.IGNORECASE,
)
CEILINGS = {
    "css/ieumgil.css.gz": 25_000,
    "css/fonts.css.gz": 30_000,
    "js/vendor/htmx.min.js.gz": 18_000,
    "js/house.js.gz": 4_000,
    "js/trusted.js.gz": 2_000,
}
ALL_OF_IT = 25_000_000


def not_as_recorded(record: str, folder: Path) -> Iterator[str]:
    for wanted, name in LINE.findall(record):
        path = folder / name
        if not path.is_file():
            yield f"{name} is not there"
        elif hashlib.sha256(path.read_bytes()).hexdigest() != wanted:
            yield f"{name} was changed after it was recorded"


def not_recorded(record: str, names: Iterable[str]) -> Iterator[str]:
    known = {name for _sum, name in LINE.findall(record)} | OURS
    for name in names:
        if name not in known and not name.endswith((".gz", "-LICENSE.txt", "-OFL.txt")):
            yield f"{name} stands in no record"


def asks_elsewhere(files: Iterable[tuple[str, bytes]]) -> Iterator[str]:
    for name, content in files:
        yield from (f"{name} asks {found.decode()}" for found in ASKS.findall(content))


def sent() -> list[Path]:
    return sorted(path for path in STATIC.rglob("*") if path.is_file())


def test_what_was_vendored_is_what_the_record_says(tmp_path: Path) -> None:
    record = RECORD.read_text("utf-8")
    assert len(LINE.findall(record)) > 100
    expect_none(not_as_recorded(record, STATIC))
    expect_none(not_recorded(record, (path.relative_to(STATIC).as_posix() for path in sent())))

    (tmp_path / "a.css").write_text("a{}", encoding="utf-8")
    planted = f"{'0' * 64}  a.css\n{'0' * 64}  b.css\n"
    assert len(list(not_as_recorded(planted, tmp_path))) == 2
    assert list(not_recorded(planted, ["a.css", "js/widget.js"])) == ["js/widget.js stands in no record"]


def test_nothing_that_is_sent_asks_a_third_party() -> None:
    texts = [path for path in sent() if path.suffix in {".css", ".js", ".svg"}]
    assert len(texts) > 8
    expect_none(asks_elsewhere((str(path.relative_to(STATIC)), path.read_bytes()) for path in texts))
    for planted in (
        b"a{background:url(https://example.org/a.svg)}",
        b'@import "//example.org/a.css";',
        b'<image href="http://example.org/a.png"/>',
        b'fetch("https://example.org/count")',
        b"@font-face{src:url('https://example.org/a.woff2')}",
    ):
        assert list(asks_elsewhere([("planted", planted)]))


def test_the_style_sheet_and_the_compressed_copies_are_fresh() -> None:
    made = subprocess.run(
        [sys.executable, ROOT / "tools" / "assets.py", "--check"], capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, f"stale, run `make assets`: {made.stdout}{made.stderr}"


def test_what_is_stale_is_found(tmp_path: Path) -> None:
    copy = tmp_path / "tools" / "assets.py"
    copy.parent.mkdir()
    copy.write_bytes((ROOT / "tools" / "assets.py").read_bytes())
    styles = tmp_path / "ieumgil" / "shell" / "static" / "css"
    styles.mkdir(parents=True)
    (styles / "krds.css").write_text(":root{--one:1}", encoding="utf-8")
    (styles / "house.css").write_text("a { width: var(--one); }", encoding="utf-8")
    subprocess.run([sys.executable, copy], check=True, capture_output=True)
    assert _checked(copy) == 0
    (styles / "house.css").write_text("a { width: 2px; }", encoding="utf-8")
    assert _checked(copy) == 1
    (styles / "house.css").write_text("a { width: var(--two); }", encoding="utf-8")
    assert _checked(copy) == 1


def _checked(tool: Path) -> int:
    return subprocess.run([sys.executable, tool, "--check"], check=False, capture_output=True).returncode


def test_what_is_sent_stays_small() -> None:
    expect_none(
        f"{name} has {size} bytes"
        for name, ceiling in CEILINGS.items()
        if (size := (STATIC / name).stat().st_size) > ceiling
    )
    assert sum(path.stat().st_size for path in sent()) < ALL_OF_IT
    first = sum((STATIC / name).stat().st_size for name in CEILINGS)
    assert first < 100_000
    assert (
        gzip.decompress((STATIC / "css/ieumgil.css.gz").read_bytes())
        == (STATIC / "css/ieumgil.css").read_bytes()
    )


def test_a_modules_folder_is_never_kept() -> None:
    assert "node_modules" in (ROOT / ".gitignore").read_text("utf-8").split()
    lock = (ROOT / "tools" / "vendor_look" / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
