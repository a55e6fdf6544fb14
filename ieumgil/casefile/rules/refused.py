"""What cannot be kept, and how a worker is told so."""

import re
from collections.abc import Iterable

from ieumgil.kernel.ids import FieldPath


class NotAnIdentityError(ValueError):
    """What was entered is no name, date or country as kept here; `code` says why, never what was entered."""

    def __init__(self, code: str) -> None:
        """Keep the reason's code."""
        super().__init__(code)
        self.code = code


_FIELD = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
_CODE = re.compile(r"[a-z]+(-[a-z]+)*")
OWN_VERBS = ("identity.", "notes.")
MAX_CODE = 120


def check_fields(paths: Iterable[FieldPath]) -> None:
    """Raise ValueError for a path that is not "category.field", or is of identity or notes (other verbs)."""
    for path in paths:
        if not _FIELD.fullmatch(path) or path.startswith(OWN_VERBS):
            raise ValueError("not the path of a field that is written this way")


def check_reason(reason: str) -> None:
    """Raise ValueError unless the reason is a code such as "person-asked": no words about anybody."""
    if not _CODE.fullmatch(reason) or len(reason) > MAX_CODE:
        raise ValueError("a reason is a code")
