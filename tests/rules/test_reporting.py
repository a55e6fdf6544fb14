"""What an agency must report: the duty that names it, else that of its class; silence is never "no duty"."""

import pytest

from ieumgil.agreements.queries import country
from ieumgil.agreements.rules import Must, duties_of
from ieumgil.kernel.actor import AgencyClass

NARAE, KOREA = (country(code)["reporting"] for code in ("narae", "korea"))


@pytest.mark.parametrize(
    ("rows", "slug", "agency_class", "found"),
    [
        (NARAE, "narae-police", AgencyClass.ENFORCEMENT, ("narae-police", Must.YES)),
        (NARAE, "narae-labour", AgencyClass.ENFORCEMENT, ("narae-labour", Must.NO)),
        (NARAE, "garam-shelter", AgencyClass.PROTECTION, ("narae-protection", Must.NO)),
        (KOREA, "any-police", AgencyClass.ENFORCEMENT, ("kr-officials", Must.YES)),
        (KOREA, "any-shelter", AgencyClass.PROTECTION, ("kr-protection", Must.ASK)),
    ],
)
def test_a_duty_that_names_the_agency_goes_before_that_of_its_class(
    rows: list[dict[str, object]], slug: str, agency_class: AgencyClass, found: tuple[str, Must]
) -> None:
    (duty,) = duties_of(rows, slug, agency_class)
    assert (duty.code, duty.must) == found


def test_where_nobody_has_looked_there_is_no_duty_to_show() -> None:
    assert duties_of(NARAE, "another-police", AgencyClass.ENFORCEMENT) == ()
    assert duties_of([], "narae-police", AgencyClass.ENFORCEMENT) == ()


@pytest.mark.parametrize("row", [*NARAE, *KOREA], ids=lambda row: row["code"])
def test_every_duty_is_told_in_both_languages_with_its_source_and_what_to_check(
    row: dict[str, object],
) -> None:
    (duty,) = duties_of([row | {"agencies": ["x"]}], "x", AgencyClass.PROTECTION)
    told = (duty.about, duty.tell, duty.article)
    assert all(said.en and said.ko for said in told)
    assert bool(duty.unless.en) == bool(duty.unless.ko)
    assert duty.source
    assert duty.check
    assert duty.code == duty.code.lower()
    assert not set(duty.code) - set("abcdefghijklmnopqrstuvwxyz-")  # it goes into the ledger as a reason
