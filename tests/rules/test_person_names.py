"""Names as people give them, births as far as they are known, and both through a packet and back."""

import unicodedata
from datetime import date
from typing import cast

import hypothesis.strategies as st
import pytest
from hypothesis import assume, given

from ieumgil.casefile.rules import (
    STATELESS,
    AgeRange,
    Birth,
    Identity,
    NameForm,
    NameNotKnown,
    NotAnIdentityError,
    PersonName,
    Script,
    Sex,
    identity_fields,
    identity_from,
    names_of,
)
from ieumgil.kernel.canonical import Json, canonical, parse_object
from ieumgil.kernel.ids import FieldPath

FILLERS = [
    "unknown",
    "N/A",
    "-",
    "?",
    "None",
    "(none)",
    "no  name",
    "이름 없음",
    "미상",
    "",
    "  ",
    "...",
    "12",
]
INVISIBLE = "\u200e\u200b\ufeff"

letters = st.characters(categories=["Lu", "Ll", "Lo", "Mn"])
texts = st.text(st.one_of(letters, st.sampled_from(" -'.·")), min_size=1, max_size=40)


def refusal(name: str) -> str | None:
    try:
        PersonName(name)
    except NotAnIdentityError as error:
        return error.code
    return None


@st.composite
def names(draw: st.DrawFn) -> PersonName:
    text = draw(texts)
    assume(refusal(text) is None)
    script = draw(st.sampled_from(Script))
    return PersonName(text, (NameForm(script, text),) if draw(st.booleans()) else ())


@st.composite
def births(draw: st.DrawFn) -> Birth:
    day = draw(st.dates(date(1900, 1, 1), date(2026, 1, 1)))
    known = draw(st.sampled_from([(), (day.year,), (day.year, day.month), (day.year, day.month, day.day)]))
    year, month, of_month = (*known, None, None, None)[:3]
    return Birth(year, month, of_month, draw(st.sampled_from([None, "19 by Korean counting"])))


identities = st.builds(
    Identity,
    names(),
    births(),
    st.sampled_from([None, *Sex]),
    st.lists(st.sampled_from(["ZZ", "KR", STATELESS]), max_size=2, unique=True).map(tuple),
)


@pytest.mark.parametrize("name", ["Alphaone", "예시가", "Delta Beta Gamma", "O", "나", "María-José d'Ö"])
def test_a_name_is_kept_as_the_person_gives_it(name: str) -> None:
    assert PersonName(name).as_given == name
    assert names_of(PersonName(name)) == (name,)


def test_no_stray_blank_or_unseen_sign_stays_in_a_name() -> None:
    assert PersonName(f"  {INVISIBLE}Alphaone\u200f ").as_given == "Alphaone"


def test_what_some_scripts_need_between_letters_stays() -> None:
    assert PersonName("نام\u200cها").as_given == "نام\u200cها"


@pytest.mark.parametrize("filler", FILLERS)
def test_a_filler_is_no_name(filler: str) -> None:
    assert refusal(filler) in {"name-filler", "name-empty"}
    assert refusal(unicodedata.normalize("NFD", filler)) in {"name-filler", "name-empty"}
    with pytest.raises(NotAnIdentityError):
        NameForm(Script.LATIN, filler)


def test_a_name_has_no_line_break_and_an_end() -> None:
    assert refusal("Alpha\none") == "name-unprintable"
    assert refusal("Alpha\u2028one") == "name-unprintable"
    assert refusal("가" * 200) is None
    assert refusal("가" * 201) == "name-too-long"


def test_a_refusal_does_not_repeat_what_was_entered() -> None:
    with pytest.raises(NotAnIdentityError) as refused:
        PersonName("Alpha\tone")
    assert "Alpha" not in str(refused.value)


def test_several_persons_without_a_known_name_are_not_one() -> None:
    one, other = Identity(NameNotKnown()), Identity(NameNotKnown())
    assert one != other
    assert names_of(one.name) == names_of(other.name) == ()
    # The same check finds two that were given one filler.
    assert Identity(PersonName("Same")) == Identity(PersonName("Same"))


def test_a_name_not_known_is_null_in_a_packet_and_no_text() -> None:
    assert identity_fields(Identity(NameNotKnown())) == {"identity.name": None}
    assert isinstance(identity_from({FieldPath("identity.name"): None}).name, NameNotKnown)


def test_other_forms_of_a_name_stand_beside_it() -> None:
    name = PersonName("예시가", (NameForm(Script.LATIN, "Yesiga"), NameForm(Script.HANGUL, "예시가")))
    assert names_of(name) == ("예시가", "Yesiga")
    fields = identity_fields(Identity(name))
    assert fields[FieldPath("identity.name")] == "예시가"
    assert cast("list[Json]", fields[FieldPath("identity.name_forms")])[0] == {
        "script": "Latn",
        "text": "Yesiga",
    }


@given(identities)
def test_an_identity_comes_back_from_its_fields_as_it_was(identity: Identity) -> None:
    sealed = canonical({str(path): value for path, value in identity_fields(identity).items()})
    back = {FieldPath(path): value for path, value in parse_object(sealed).items()}
    assert identity_from(back) == identity


def test_a_birth_may_be_known_in_part() -> None:
    on = date(2026, 6, 15)
    assert Birth(2008, 6, 16).ages_on(on) == AgeRange(17, 17)
    assert Birth(2008, 6).ages_on(on) == AgeRange(17, 18)
    assert Birth(2008).ages_on(on) == AgeRange(17, 18)
    assert Birth().ages_on(on) is None
    assert Birth(2026).ages_on(on) == AgeRange(0, 0)
    assert Birth(2008, 6, 16).exact == date(2008, 6, 16)
    assert Birth(2008, 6).exact is None


@given(births(), st.dates(date(2026, 1, 1), date(2090, 1, 1)))
def test_less_knowledge_only_widens_the_range_of_ages(birth: Birth, on: date) -> None:
    fewer = Birth(birth.year, birth.month) if birth.day else Birth(birth.year) if birth.month else Birth()
    known, wider = birth.ages_on(on), fewer.ages_on(on)
    if known and wider:
        assert wider.least <= known.least <= known.most <= wider.most


def test_an_age_as_said_is_kept_and_never_read() -> None:
    birth = Birth(2008, 12, 31, age_said="19 by Korean counting")
    assert birth.ages_on(date(2026, 1, 1)) == AgeRange(17, 17)
    kept = identity_from(identity_fields(Identity(PersonName("Alphaone"), birth)))
    assert kept.birth.age_said == "19 by Korean counting"


@pytest.mark.parametrize(
    "parts", [(2007, 2, 29), (2008, 13), (2008, 0), (None, 2), (2008, None, 3), (0,), (2008, 1, 0)]
)
def test_an_impossible_birth_is_refused(parts: tuple[int | None, ...]) -> None:
    with pytest.raises(NotAnIdentityError, match="birth-impossible"):
        Birth(*parts)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["2008-2", "08", "2008-02-30", "2008-02-01T00:00", "٢٠٠٨"])
def test_a_birth_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(NotAnIdentityError, match="birth-impossible"):
        identity_from({FieldPath("identity.name"): None, FieldPath("identity.birth_date"): text})


def test_a_nationality_is_a_code() -> None:
    assert Identity(NameNotKnown(), nationality=("ZZ", STATELESS)).nationality == ("ZZ", "stateless")
    with pytest.raises(NotAnIdentityError, match="not-a-country"):
        Identity(NameNotKnown(), nationality=("Exampleland",))
