"""Twelve words by which two people compare a root key over the telephone."""

import hashlib
import json
from functools import cache
from importlib.resources import files

FINGERPRINT_TAG = b"nrm-root-fingerprint-v1\0"
WORDS = 12


def fingerprint(root: bytes, language: str) -> tuple[str, ...]:
    """Give the twelve words of a root key, in Korean for `ko` and else in English.

    Each word stands for 8 bits of a SHA-256, 96 bits in all: enough that nobody finds a second key with the
    words of a given one. The numbers behind the words are the same in both languages.
    """
    digest = hashlib.sha256(FINGERPRINT_TAG + root).digest()[:WORDS]
    english, first, second = _lists()
    if language == "ko":
        return tuple(first[number >> 4] + second[number & 15] for number in digest)
    return tuple(english[number] for number in digest)


@cache
def _lists() -> tuple[list[str], list[str], list[str]]:
    source = files("ieumgil.ground.exchange") / "data" / "voice_words.json"
    data = json.loads(source.read_text(encoding="utf-8"))
    return " ".join(data["en"]).split(), data["ko_first"].split(), data["ko_second"].split()
