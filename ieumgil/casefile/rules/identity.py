"""Who a person is, and the fields that this becomes in a packet."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ieumgil.casefile.rules.birth import Birth, birth_from, birth_text
from ieumgil.casefile.rules.names import Name, NameForm, NameNotKnown, PersonName, Script
from ieumgil.casefile.rules.refused import NotAnIdentityError
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import FieldPath


class Sex(StrEnum):
    """As the person says."""

    FEMALE = "female"
    MALE = "male"
    ANOTHER = "another"


STATELESS = "stateless"
NOTHING_KNOWN: Final = Birth()
_COUNTRY = re.compile(r"[A-Z]{2}")

NAME: Final = FieldPath("identity.name")
NAME_FORMS: Final = FieldPath("identity.name_forms")
BIRTH_DATE: Final = FieldPath("identity.birth_date")
AGE_SAID: Final = FieldPath("identity.age_said")
NATIONALITY: Final = FieldPath("identity.nationality")
SEX: Final = FieldPath("identity.sex")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a person is, as far as it is known.

    `nationality` holds ISO 3166-1 alpha-2 codes or "stateless"; none means not known.
    Raises NotAnIdentityError("not-a-country").
    """

    name: Name
    birth: Birth = NOTHING_KNOWN
    sex: Sex | None = None
    nationality: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is not a country's code."""
        if not all(code == STATELESS or _COUNTRY.fullmatch(code) for code in self.nationality):
            raise NotAnIdentityError("not-a-country")


def identity_fields(identity: Identity) -> dict[FieldPath, Json]:
    """Give the fields of an identity: a name that is not known is null, anything else not known has no field.

    Name: text. Name forms: list of {script, text}. Birth date: YYYY-MM-DD, or YYYY-MM, or YYYY.
    """
    name = identity.name
    known: dict[FieldPath, Json] = {
        NAME_FORMS: [] if isinstance(name, NameNotKnown) else [_form(form) for form in name.forms],
        BIRTH_DATE: birth_text(identity.birth),
        AGE_SAID: identity.birth.age_said,
        NATIONALITY: list(identity.nationality),
        SEX: identity.sex.value if identity.sex else None,
    }
    shown = None if isinstance(name, NameNotKnown) else name.as_given
    return {NAME: shown, **{path: value for path, value in known.items() if value}}


def identity_from(fields: Mapping[FieldPath, Any]) -> Identity:
    """Make an identity of the fields that `identity_fields` gave; raises NotAnIdentityError, KeyError without name."""
    forms = tuple(NameForm(Script(form["script"]), form["text"]) for form in fields.get(NAME_FORMS, ()))
    name = fields[NAME]
    return Identity(
        name=NameNotKnown() if name is None else PersonName(name, forms),
        birth=birth_from(fields.get(BIRTH_DATE), fields.get(AGE_SAID)),
        sex=Sex(fields[SEX]) if SEX in fields else None,
        nationality=tuple(fields.get(NATIONALITY, ())),
    )


def _form(form: NameForm) -> Json:
    return {"script": form.script.value, "text": form.text}
