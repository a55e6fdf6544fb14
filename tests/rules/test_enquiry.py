"""What is asked without identity gives nobody away who would be the only one in the region."""

from dataclasses import asdict, replace

import hypothesis.strategies as st
import pytest
from hypothesis import given

from ieumgil.referral.enquiry import ASK_LATER, MANY_CHILDREN, Enquiry, band_of, coarsened, known_from

COMMON = {
    "languages": frozenset({"en", "vi"}),
    "age_band": frozenset({"25-34"}),
    "sex": frozenset({"female"}),
    "pregnant": frozenset({"no"}),
}
SAID_OF_ANYBODY = {"unknown", "no", ASK_LATER}
enquiries = st.builds(
    Enquiry,
    need=st.just("shelter"),
    region=st.just("sup"),
    languages=st.lists(st.sampled_from(["en", "vi", "xx"]), max_size=3, unique=True).map(tuple),
    age_band=st.sampled_from(["25-34", "65+", "unknown", ASK_LATER]),
    sex=st.sampled_from(["female", "other", "unknown", ASK_LATER]),
    children_along=st.one_of(st.integers(0, 20), st.just(ASK_LATER)),
    pregnant=st.sampled_from(["yes", "no", "unknown"]),
)


def rare(enquiry: Enquiry) -> set[str]:
    """Name what in an enquiry could point to one person: written again from the page, sharing no code."""
    found = {
        field
        for field in ("age_band", "sex", "pregnant")
        if getattr(enquiry, field) not in COMMON[field] | SAID_OF_ANYBODY
    }
    if set(enquiry.languages) - COMMON["languages"] - {ASK_LATER}:
        found.add("languages")
    if isinstance(enquiry.children_along, int) and enquiry.children_along > MANY_CHILDREN:
        found.add("children_along")
    return found


@given(enquiries)
def test_nothing_rare_in_the_region_is_asked(enquiry: Enquiry) -> None:
    asked = coarsened(enquiry, COMMON)
    assert not rare(asked)
    changed = {field for field, value in asdict(asked).items() if value != asdict(enquiry)[field]}
    assert changed == rare(enquiry)


def test_without_coarsening_it_would_be_asked() -> None:
    assert rare(Enquiry("shelter", "sup", languages=("xx",), age_band="65+")) == {"languages", "age_band"}


@pytest.mark.parametrize(("languages", "asked"), [(("xx",), (ASK_LATER,)), (("xx", "vi"), ("vi",)), ((), ())])
def test_a_rare_language_is_asked_later_or_left_out_beside_a_common_one(
    languages: tuple[str, ...], asked: tuple[str, ...]
) -> None:
    assert coarsened(Enquiry("shelter", "sup", languages=languages), COMMON).languages == asked


@given(enquiries)
def test_a_region_without_a_list_limits_nothing_but_many_children(enquiry: Enquiry) -> None:
    assert coarsened(replace(enquiry, children_along=0), {}) == replace(enquiry, children_along=0)


@pytest.mark.parametrize(
    ("ages", "band"),
    [
        ((0, 0), "0-11"),
        ((11, 12), "unknown"),
        ((16, 17), "16-17"),
        ((64, 64), "50-64"),
        ((65, 99), "65+"),
        ((999, 999), "unknown"),
    ],
)
def test_an_age_that_lies_in_two_bands_is_not_known(ages: tuple[int, int], band: str) -> None:
    assert band_of(*ages) == band


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (None, "no"),
        ("none", "no"),
        ("없음", "no"),
        ("a deep cut", "yes"),
        (True, "yes"),
        ("unknown", "unknown"),
        ("", "unknown"),
    ],
)
def test_what_is_written_of_an_urgent_need_is_read_as_yes_or_no_and_never_sent(
    written: object, said: str
) -> None:
    known = known_from({"health.urgent": written}, ages=None, sex=None, needs=[], regions=[])  # type: ignore[dict-item]
    assert known.urgent_medical == said
    assert "deep cut" not in str(asdict(known))


def test_only_codes_of_what_the_case_knows_are_proposed() -> None:
    facts = {
        "needs.services": ["a bed", "legal-aid"], "needs.languages": ["vi", "Vietnamese!"], "needs.children_along": "2",
        "needs.accessibility": ["step-free", "a chair with wheels"], "safety.regions_to_avoid": ["bada", "Main Street 4"],
    }  # fmt: skip
    known = known_from(facts, ages=(25, 26), sex="another", needs=["shelter", "legal-aid"], regions=["bada"])
    assert known == Enquiry(
        need="legal-aid", region="", avoid=("bada",), languages=("vi",), age_band="25-34", sex="other", children_along=2,
        pregnant="unknown", urgent_medical="no", accessibility=("step-free",),
    )  # fmt: skip
