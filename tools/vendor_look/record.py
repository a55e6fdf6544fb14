"""Write down what was vendored: name, version, terms, source, what was left out, and the sha256 of each file."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

HERE = Path(__file__).parent
STATIC = HERE.parent.parent / "ieumgil" / "shell" / "static"
# Which files came from elsewhere, and how they came to be what they are.
SOURCES: Final = (
    ("krds-uiux", ("css/krds.css", "icons/*.svg"),
     "package.json says ISC; the README says the terms of use of KRDS apply; it holds no licence file (see NOTICE)",
     "npm: krds-uiux",
     "CSS only: tokens and ten parts, less what no element of ours uses, and four icons; no script, font, masthead or logo"),
    ("htmx.org", ("js/vendor/htmx.min.js",), "0BSD (js/vendor/htmx-LICENSE.txt)", "npm: htmx.org", "as it came"),
    ("pretendard", ("fonts/pretendard/*.woff2",), "OFL-1.1 (fonts/licences/Pretendard-OFL.txt)",
     "npm: pretendard; github: orioncactus/pretendard", "the dynamic subset in weights 400 and 700, woff2 alone"),
    ("@fontsource/noto-sans", ("fonts/noto/noto-sans-latin*", "fonts/noto/noto-sans-[vc][iy]*"),
     "OFL-1.1 (fonts/licences/NotoSans-OFL.txt)", "npm: @fontsource; github: fontsource/font-files",
     "weight 400: Latin, Vietnamese and Cyrillic"),
    ("@fontsource/noto-sans-thai", ("fonts/noto/noto-sans-thai*",), "OFL-1.1 (fonts/licences/NotoSansThai-OFL.txt)",
     "npm: @fontsource; github: fontsource/font-files", "weight 400: Thai"),
    ("@fontsource/noto-sans-arabic", ("fonts/noto/noto-sans-arabic*",), "OFL-1.1 (fonts/licences/NotoSansArabic-OFL.txt)",
     "npm: @fontsource; github: fontsource/font-files", "weight 400: Arabic"),
    ("Noto Sans CJK SC 2.004", ("fonts/noto/noto-sans-sc-*",), "OFL-1.1 (fonts/licences/NotoSansSC-OFL.txt)",
     "ieumgil/ground/documents/fonts/NotoSansSC-Regular.otf", "the characters of GB 2312, in two pieces: usual and other"),
    ("the style sheet of the fonts", ("css/fonts.css",), "OFL-1.1, as the fonts", "made by tools/vendor_look/fonts.py",
     "the ranges are those of Pretendard and Fontsource"),
)  # fmt: skip


def files(patterns: tuple[str, ...]) -> list[Path]:
    """Give the files of a source; compressed copies are made from them and not listed."""
    found = {path for pattern in patterns for path in STATIC.glob(pattern) if path.suffix != ".gz"}
    return sorted(found)


def version(name: str) -> str:
    """Give the version that npm installed; nothing for what npm did not bring."""
    package = HERE / "node_modules" / name / "package.json"
    return json.loads(package.read_text("utf-8"))["version"] if package.is_file() else ""


def lines() -> Iterator[str]:
    """Give the record line by line."""
    yield "# What came from elsewhere\n"
    yield "Made by `make vendor`; tests/contracts/test_vendored.py checks every sum. To change it, change tools/vendor_look.\n"
    for name, patterns, terms, source, trimmed in SOURCES:
        yield f"## {f'{name} {version(name)}'.strip()}\n"
        yield f"- Terms: {terms}\n- Source: {source}\n- Taken: {trimmed}\n"
        yield "```"
        for path in files(patterns):
            yield f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(STATIC).as_posix()}"
        yield "```\n"


def main() -> None:
    """Write the record."""
    (STATIC / "VENDORED.md").write_text("\n".join(lines()), encoding="utf-8")


if __name__ == "__main__":
    main()
