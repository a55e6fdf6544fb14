"""What is asked without identity, and what would be rare enough in a region to give the person away."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ieumgil.kernel.canonical import Json

ASK_LATER = "ask-later"
MANY_CHILDREN = 3  # more along than this would be rare anywhere

AGE_BANDS: Final = {
    "0-11": 11, "12-15": 15, "16-17": 17, "18-24": 24, "25-34": 34, "35-49": 49, "50-64": 64, "65+": 150,
}  # fmt: skip
ACCESSIBILITY: Final = (
    "step-free", "sign-language", "personal-assistance", "low-vision", "easy-read", "quiet-room",
)  # fmt: skip
_NO: Final = frozenset({"no", "none", "false", "0", "아니요", "없음"})
_UNSAID: Final = frozenset({"", "unknown", "not-said"})
FIRST_NEED: Final = "shelter"
MOST_CHILDREN: Final = 20
_LANGUAGE: Final = re.compile(r"[a-z-]{2,20}")  # as the schema of messages has it


@dataclass(frozen=True, slots=True)
class Enquiry:
    """Need, region (never an address), and what a place must be fit for; codes only, no free text (thread page)."""

    need: str
    region: str
    avoid: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    age_band: str = "unknown"
    sex: str = "unknown"
    children_along: int | str = 0
    pregnant: str = "unknown"
    urgent_medical: str = "no"
    accessibility: tuple[str, ...] = ()


def known_from(
    facts: Mapping[str, Json],
    *,
    ages: tuple[int, int] | None,
    sex: str | None,
    needs: Collection[str],
    regions: Collection[str],
) -> Enquiry:
    """Make of a case's fields what an enquiry can ask: codes that are known, and never a word of free text."""
    wanted = [code for code in _texts(facts.get("needs.services")) if code in needs]
    children = _whole(facts.get("needs.children_along"))
    return Enquiry(
        need=wanted[0] if wanted else FIRST_NEED,
        region="",
        avoid=tuple(code for code in _texts(facts.get("safety.regions_to_avoid")) if code in regions),
        languages=tuple(code for code in _texts(facts.get("needs.languages")) if _is_language(code))[:8],
        age_band=band_of(*ages) if ages else "unknown",
        sex={"female": "female", "male": "male", "another": "other"}.get(sex or "", "unknown"),
        children_along=children if children is not None and children <= MOST_CHILDREN else 0,
        pregnant=_yes_no(facts.get("health.pregnancy"), otherwise="unknown"),
        urgent_medical=_yes_no(facts.get("health.urgent"), otherwise="no"),
        accessibility=tuple(
            code for code in _texts(facts.get("needs.accessibility")) if code in ACCESSIBILITY
        ),
    )


def band_of(least: int, most: int) -> str:
    """Give the band that both ages lie in; "unknown" where what is known of a birth leaves two bands open."""
    bands = {
        next((band for band, last in AGE_BANDS.items() if age <= last), "unknown") for age in (least, most)
    }
    return bands.pop() if len(bands) == 1 else "unknown"


def _texts(value: Json) -> list[str]:
    return [str(item) for item in (value if isinstance(value, list) else [value]) if item is not None]


def _whole(value: Json) -> int | None:
    if isinstance(value, bool):
        return None
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()) else None


def _is_language(code: str) -> bool:
    return _LANGUAGE.fullmatch(code) is not None


def _yes_no(value: Json, *, otherwise: str) -> str:
    """Read a field as yes or no: what is written there says yes, unless it says no or nothing."""
    if value is None:
        return otherwise
    said = str(value).strip().lower()
    return "unknown" if said in _UNSAID else "no" if said in _NO else "yes"


def coarsened(enquiry: Enquiry, common: Mapping[str, frozenset[str]]) -> Enquiry:
    """Put "ask-later" in the place of what is rare in the region: whatever `common` lists values for and this is not one.

    A language that is rare there is left out and the first asked for anew; `common` comes from the country's profile.
    """
    known = common.get("languages")
    languages = enquiry.languages if known is None else tuple(x for x in enquiry.languages if x in known)
    if enquiry.languages and not languages:
        languages = (ASK_LATER,)
    many = isinstance(enquiry.children_along, int) and enquiry.children_along > MANY_CHILDREN
    return replace(
        enquiry,
        languages=languages,
        age_band=_unless_rare(enquiry.age_band, common.get("age_band")),
        sex=_unless_rare(enquiry.sex, common.get("sex")),
        pregnant=_unless_rare(enquiry.pregnant, common.get("pregnant")),
        children_along=ASK_LATER if many else enquiry.children_along,
    )


def _unless_rare(value: str, common: frozenset[str] | None) -> str:
    tells_nothing = value in {"unknown", "no", ASK_LATER}
    return value if common is None or tells_nothing or value in common else ASK_LATER
