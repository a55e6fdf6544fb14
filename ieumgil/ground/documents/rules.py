"""How documents differ by language; pure."""

from datetime import date
from typing import Final
from unicodedata import category

RIGHT_TO_LEFT: Final = frozenset({"ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


def direction(language: str) -> str:
    """Give `rtl` or `ltr` for a BCP 47 tag."""
    return "rtl" if language.partition("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


def file_name(kind: str, day: date) -> str:
    """Give a name that says neither whom nor what a document is about: a plain word and the day it was made."""
    if not (kind.isascii() and kind.isalpha()):
        raise ValueError("a plain word is needed")
    return f"{kind}-{day.isoformat()}.pdf"


def reads_itself(text: str) -> bool:
    """Say whether each letter has a glyph of its own: not so with marks around it, nor in Thai (sara am)."""
    return not any(category(c)[0] == "M" or c == "\u0e33" for c in text)
