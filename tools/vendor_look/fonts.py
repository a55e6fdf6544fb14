"""Make the fonts of the screens and their style sheet: Pretendard by small pieces, Noto for the languages of the people asked.

Run by `make vendor` after npm; the Chinese pieces are cut from the font of the documents (GB 2312, both levels).
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
SHELL = HERE.parent.parent / "ieumgil" / "shell" / "static"
FONTS, SHEET = SHELL / "fonts", SHELL / "css" / "fonts.css"
CHINESE = HERE.parent.parent / "ieumgil" / "ground" / "documents" / "fonts" / "NotoSansSC-Regular.otf"
FACE: Final = re.compile(r"@font-face\s*\{(.*?)\}", re.DOTALL)
WEIGHTS: Final = ("400", "700")
# Which pieces of a Noto font are wanted: the rest of what is written in these languages is there already.
NOTO: Final = {
    "noto-sans": ("Noto Sans", ("latin", "latin-ext", "vietnamese", "cyrillic")),
    "noto-sans-thai": ("Noto Sans Thai", ("thai",)),
    "noto-sans-arabic": ("Noto Sans Arabic", ("arabic",)),
}
LICENCES: Final = {
    "noto-sans": "NotoSans-OFL.txt",
    "noto-sans-thai": "NotoSansThai-OFL.txt",
    "noto-sans-arabic": "NotoSansArabic-OFL.txt",
}
# Rows of GB 2312: the 3,755 usual characters by sound, the 3,008 others by shape; the signs go with the usual ones.
LEVELS: Final = {"usual": range(0xB0, 0xD8), "other": range(0xD8, 0xF8)}
SIGNS: Final = 0x3000
HAN: Final = "U+3000-303f,U+4e00-9fff,U+ff00-ffef"
ON_THE_MACHINE: Final = ("Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei")


def face(family: str, weight: str, source: str, ranges: str) -> str:
    """Write one piece of a font; the text is there before the font is."""
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-display:swap;'
        f"src:{source};unicode-range:{ranges}}}\n"
    )


def value(block: str, name: str) -> str:
    """Give one line of a @font-face."""
    return re.search(rf"{name}:\s*([^;]+);", block).group(1).strip()  # type: ignore[union-attr]


def pieces_of(path: Path) -> Iterator[tuple[str, str, Path, str]]:
    """Give family, weight, file and range of each piece in a vendor's sheet."""
    for block in FACE.findall(path.read_text("utf-8")):
        file = re.search(r"url\(\.?/?([^)]+\.woff2)\)", block).group(1)  # type: ignore[union-attr]
        ranges = ",".join(value(block, "unicode-range").replace(" ", "").split(","))
        yield value(block, "font-family").strip("'"), value(block, "font-weight"), path.parent / file, ranges


def pretendard() -> Iterator[str]:
    """Copy Pretendard's pieces of both weights."""
    sheet = MODULES / "pretendard/dist/web/static/pretendard-dynamic-subset.css"
    for family, weight, file, ranges in pieces_of(sheet):
        if weight in WEIGHTS:
            name = f"pretendard/{weight}.{file.name.split('.')[-2]}.woff2"
            copy(file, name)
            yield face(family, weight, f"url(../fonts/{name})", ranges)


def noto() -> Iterator[str]:
    """Copy the pieces of Noto that the languages of the people asked need."""
    for package, (family, wanted) in NOTO.items():
        for _family, weight, file, ranges in pieces_of(MODULES / "@fontsource" / package / "400.css"):
            part = file.name.removeprefix(f"{package}-").removesuffix("-400-normal.woff2")
            if part in wanted:
                copy(file, f"noto/{file.name}")
                yield face(family, f"{weight} 700", f"url(../fonts/noto/{file.name})", ranges)


def chinese() -> Iterator[str]:
    """Cut Chinese in two; a machine that has such a font fetches neither, and the rare one only comes where it is needed."""
    there = set(TTFont(CHINESE).getBestCmap())
    rows = {name: set(_characters(level)) & there for name, level in LEVELS.items()}
    rows["usual"] |= {point for point in there if point >= SIGNS} - rows["other"]
    local = ",".join(f'local("{name}")' for name in ON_THE_MACHINE)
    for name, points in rows.items():
        path = FONTS / "noto" / f"noto-sans-sc-{name}.woff2"
        cut_out(points, path)
        yield face(f"House SC {name}", "400 700", f"{local},url(../fonts/noto/{path.name})", HAN)


def cut_out(points: set[int], path: Path) -> None:
    """Write a font with these characters alone."""
    font = TTFont(CHINESE, recalcTimestamp=False)
    cut = Subsetter(Options(layout_features=["*"]))
    cut.populate(unicodes=points)
    cut.subset(font)
    font.flavor = "woff2"
    font.save(path)


def _characters(rows: range) -> Iterator[int]:
    for row in rows:
        for cell in range(0xA1, 0xFF):
            if said := bytes([row, cell]).decode("gb2312", "ignore"):
                yield ord(said)


def copy(source: Path, name: str) -> None:
    """Copy one file under the fonts."""
    target = FONTS / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def main() -> None:
    """Make them all anew."""
    for folder in ("pretendard", "noto", "licences"):
        shutil.rmtree(FONTS / folder, ignore_errors=True)
        (FONTS / folder).mkdir(parents=True)
    SHEET.write_text("".join((*pretendard(), *noto(), *chinese())), encoding="utf-8")
    for package, name in LICENCES.items():
        copy(MODULES / "@fontsource" / package / "LICENSE", f"licences/{name}")
    documents = CHINESE.parent / "licences"
    for name in ("Pretendard-OFL.txt", "NotoSansSC-OFL.txt"):
        shutil.copyfile(documents / name, FONTS / "licences" / name)


if __name__ == "__main__":
    main()
