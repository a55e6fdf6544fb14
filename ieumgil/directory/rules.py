"""Whether a service can take somebody who is asked for without a name; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

NOT_KNOWN = frozenset({"unknown", "ask-later"})
PLACES_COUNT_FOR = timedelta(hours=24)


class Reason(StrEnum):
    """Why a service cannot take; the words are in `data/reasons.json`."""

    OTHER_NEED = "other-need"
    REGION_NOT_SERVED = "region-not-served"
    REGION_TO_AVOID = "region-to-avoid"
    SEX = "sex-not-admitted"
    AGE = "age-not-admitted"
    CHILDREN = "children-not-admitted"
    PREGNANCY = "pregnancy-not-admitted"
    URGENT_MEDICAL = "urgent-medical-first"
    ACCESSIBILITY = "accessibility-lacking"
    NO_PLACE = "no-place"


class Caution(StrEnum):
    """What to ask or arrange before a person comes; it turns nobody away."""

    ASK_FIRST = "ask-first"
    LANGUAGE = "language-to-arrange"
    REGION_NEAR = "region-to-avoid-near"
    PLACES_OLD = "places-not-confirmed"


@dataclass(frozen=True, slots=True)
class Enquiry:
    """What an enquiry asks, in its own words; most may be "unknown" or "ask-later"."""

    need: str
    region: str
    avoid: frozenset[str]
    languages: frozenset[str]
    age_band: str
    sex: str
    children_along: int | None
    pregnant: str
    urgent_medical: str
    accessibility: frozenset[str]


@dataclass(frozen=True, slots=True)
class Admits:
    """Whom a service admits in practice (`data/admits.schema.json`); `children_along`: at most so many."""

    sexes: frozenset[str]
    age_bands: frozenset[str]
    children_along: int
    pregnant: bool
    urgent_medical: bool
    accessibility: frozenset[str]


@dataclass(frozen=True, slots=True)
class Offer:
    """What one service offers now; `places_free` None where places are not counted."""

    category: str
    regions: frozenset[str]
    languages: frozenset[str]
    admits: Admits
    places_free: int | None
    confirmed_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a service can take: it can if there is no reason against it."""

    reasons: tuple[Reason, ...]
    cautions: tuple[Caution, ...]

    @property
    def can_take(self) -> bool:
        """Say whether nothing stands against it."""
        return not self.reasons


def enquiry_from(content: Mapping[str, Any]) -> Enquiry:
    """Read the content of an `enquiry` that its schema let through; children "ask-later" becomes None."""
    children = content["children_along"]
    return Enquiry(
        need=content["need"],
        region=content["region"],
        avoid=frozenset(content["avoid"]),
        languages=frozenset(content["languages"]),
        age_band=content["age_band"],
        sex=content["sex"],
        children_along=children if isinstance(children, int) else None,
        pregnant=content["pregnant"],
        urgent_medical=content["urgent_medical"],
        accessibility=frozenset(content["accessibility"]),
    )


def admits_from(profile: Mapping[str, Any]) -> Admits:
    """Read an admission profile that its schema let through."""
    return Admits(
        sexes=frozenset(profile["sexes"]),
        age_bands=frozenset(profile["age_bands"]),
        children_along=profile["children_along"],
        pregnant=profile["pregnant"],
        urgent_medical=profile["urgent_medical"],
        accessibility=frozenset(profile["accessibility"]),
    )


def answer(offer: Offer, enquiry: Enquiry, now: datetime) -> Answer:
    """Say whether the service can take, every reason against it, and what to ask or arrange first.

    What is not known turns nobody away; a language never does, for interpretation can be arranged.
    """
    against = {
        Reason.OTHER_NEED: offer.category != enquiry.need,
        Reason.REGION_NOT_SERVED: enquiry.region not in offer.regions,
        Reason.REGION_TO_AVOID: offer.regions <= enquiry.avoid,
        **_not_admitted(offer.admits, enquiry),
        Reason.NO_PLACE: offer.places_free == 0,
    }
    first = {
        Caution.ASK_FIRST: _leaves_open(enquiry),
        Caution.LANGUAGE: not offer.languages & enquiry.languages,
        Caution.REGION_NEAR: bool(offer.regions & enquiry.avoid),
        Caution.PLACES_OLD: offer.places_free is not None and now - offer.confirmed_at >= PLACES_COUNT_FOR,
    }
    return Answer(
        tuple(reason for reason, holds in against.items() if holds),
        tuple(caution for caution, holds in first.items() if holds),
    )


def _not_admitted(admits: Admits, enquiry: Enquiry) -> dict[Reason, bool]:
    return {
        Reason.SEX: enquiry.sex not in admits.sexes | NOT_KNOWN,
        Reason.AGE: enquiry.age_band not in admits.age_bands | NOT_KNOWN,
        Reason.CHILDREN: (enquiry.children_along or 0) > admits.children_along,
        Reason.PREGNANCY: enquiry.pregnant == "yes" and not admits.pregnant,
        Reason.URGENT_MEDICAL: enquiry.urgent_medical == "yes" and not admits.urgent_medical,
        Reason.ACCESSIBILITY: not enquiry.accessibility <= admits.accessibility,
    }


def _leaves_open(enquiry: Enquiry) -> bool:
    told = {enquiry.age_band, enquiry.sex, enquiry.pregnant, enquiry.urgent_medical}
    return enquiry.children_along is None or bool(told & NOT_KNOWN)
