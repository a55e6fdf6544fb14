"""Reads: the words for a code."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def word(code: str, language: str) -> str:
    """Give the words for a code in `ko` or else English; empty if there are none."""
    entry = words().get(code, {})
    return entry.get("ko" if language == "ko" else "en", "")


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Give every code with its Korean and English words (data/words.json)."""
    data: Mapping[str, Mapping[str, str]] = json.loads(
        (files("ieumgil.ground.words") / "data" / "words.json").read_text("utf-8")
    )
    return data
