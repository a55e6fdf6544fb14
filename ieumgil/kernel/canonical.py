"""One encoding for everything that is signed or hashed: canonical JSON (RFC 8785), integers and text only."""

import json
from collections.abc import Iterable, Mapping, Sequence

TYPE_NAMES = "text, integers, true, false, null, lists and objects"
MAX_INT = 2**53 - 1  # RFC 8785 section 3.2.2.3: numbers are IEEE doubles
MAX_DEPTH = 32
_LEAVES = frozenset({str, bool, type(None)})

Json = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]


class NotCanonicalError(ValueError):
    """The value or the bytes have no canonical form here; the message says where."""


def canonical(value: Json) -> bytes:
    """Give the canonical UTF-8 bytes of a value of text, integers, booleans, null, lists and objects.

    Keys are ASCII, so that sorting by code point equals RFC 8785's order by UTF-16 unit (section 3.2.3).
    Raises NotCanonicalError for a float, an integer beyond 2**53-1, a lone surrogate, a key outside ASCII, too deep nesting.
    """
    _check(value, 0)
    try:
        return _ENCODER.encode(value).encode()
    except UnicodeEncodeError as error:
        raise NotCanonicalError("text holds a lone surrogate") from error


def parse_canonical(data: bytes) -> Json:
    """Read canonical bytes back; raises NotCanonicalError unless the bytes are exactly the canonical form of what they say."""
    try:
        value: Json = _DECODER.decode(data.decode())
    except (ValueError, RecursionError) as error:
        raise NotCanonicalError(f"not JSON of the kind used here: {type(error).__name__}") from error
    if canonical(value) != data:
        raise NotCanonicalError("the bytes are not in canonical form")
    return value


def parse_object(data: bytes) -> dict[str, Json]:
    """Read canonical bytes of an object; raises NotCanonicalError for anything else."""
    value = parse_canonical(data)
    if not isinstance(value, dict):
        raise NotCanonicalError("an object was expected")
    return value


def _refuse_number(text: str) -> float:
    raise ValueError(text)


def _check(value: object, depth: int) -> None:
    if isinstance(value, str | bool | None):
        return
    if isinstance(value, int):
        if abs(value) > MAX_INT:
            raise NotCanonicalError("an integer is beyond 2**53-1")
        return
    if depth >= MAX_DEPTH:
        raise NotCanonicalError("nested too deeply")
    for item in _items(value):
        if type(item) not in _LEAVES:  # most are: a call for each would cost more than the encoding
            _check(item, depth + 1)


def _items(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        try:
            ascii_only = "".join(value).isascii()
        except TypeError:
            ascii_only = False
        if not ascii_only:
            raise NotCanonicalError("keys are ASCII text")
        return value.values()
    if isinstance(value, list | tuple):
        return value
    raise NotCanonicalError(f"only {TYPE_NAMES} have a canonical form, not {type(value).__name__}")


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False)
_DECODER = json.JSONDecoder(parse_float=_refuse_number, parse_constant=_refuse_number)
