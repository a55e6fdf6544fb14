"""The published forms of what is said in a thread, compiled once."""

import json
from functools import cache
from importlib.resources import files

from jsonschema_rs import Draft202012Validator

_DATA = files("ieumgil.referral") / "data"


def fits(form: str, body: object) -> bool:
    """Say whether a body has the form `message`, `watch` or `settlement` (data/*.schema.json), and nothing more."""
    return _validator(form).is_valid(body)


@cache
def _validator(form: str) -> Draft202012Validator:
    schema = json.loads((_DATA / f"{form}.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema, offline=True)
