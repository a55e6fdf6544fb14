"""What is asked without identity, and what would be rare enough in a region to give the person away."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

ASK_LATER = "ask-later"
MANY_CHILDREN = 3  # more along than this would be rare anywhere


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
