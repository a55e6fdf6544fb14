"""The published forms of the wire, compiled once, and the sentences that go with a refusal."""

import json
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import cast

from jsonschema_rs import Draft202012Validator, Registry

from ieumgil.ground.exchange.rules import RefusalReason, RefusedBundleError

_DATA = files("ieumgil.ground.exchange") / "data"


class Form(StrEnum):
    """The forms that have a schema in data/schema (the same files are published in docs/protocol/schema)."""

    BUNDLE = "bundle"
    RECEIPT = "receipt"
    CARD = "card"
    ROLL = "roll"


def fits(form: Form, document: object) -> bool:
    """Whether a parsed JSON document has the form (draft 2020-12, nothing more than the schema names)."""
    return _validators()[form].is_valid(document)


def check_form(form: Form, document: object) -> None:
    """Raise RefusedBundleError(bad-form) unless the document has the form."""
    if not fits(form, document):
        raise RefusedBundleError(RefusalReason.BAD_FORM)


def what_to_do(code: str, language: str) -> str:
    """Say what a worker does about a refusal, in `ko` or else English; an unknown code has a sentence too."""
    texts = _texts()
    return texts.get(code, texts["other"])["ko" if language == "ko" else "en"]


@cache
def _validators() -> dict[Form, Draft202012Validator]:
    schemas = {
        form: json.loads((_DATA / "schema" / f"{form}.json").read_text(encoding="utf-8")) for form in Form
    }
    registry = Registry([(schema["$id"], schema) for schema in schemas.values()])
    return {
        form: Draft202012Validator(schema, registry=registry, offline=True)
        for form, schema in schemas.items()
    }


@cache
def _texts() -> dict[str, dict[str, str]]:
    return cast(
        "dict[str, dict[str, str]]", json.loads((_DATA / "refusals.json").read_text(encoding="utf-8"))
    )
