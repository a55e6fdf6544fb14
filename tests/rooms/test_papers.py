"""Papers to take along: each is on record before it is made, says what it must, and nothing that it must not."""

import json
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.test import RequestFactory
from django.utils import translation

from ieumgil.casefile import queries as casefile
from ieumgil.consent import actions as consenting
from ieumgil.consent import queries as consent
from ieumgil.consent.rules import FormFacts, Grant
from ieumgil.consent.web import papers as forms
from ieumgil.ground.audit.models import LedgerEntry
from ieumgil.ground.documents import queries as documents
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, CaseId, GrantId, ThreadId
from ieumgil.kernel.outcome import AbsentError, DeniedError
from ieumgil.referral.actions import recall
from ieumgil.referral.queries.letter import letter
from ieumgil.referral.web import papers as letters
from tests.rooms.conftest import NOW, People
from tests.support.journeys import offered, referred
from tests.support.mechanism import MARK, carry, give_consent
from tests.support.papers import flat, reader, text_of

NAMES = ("예시가", "Yesiga", "Sampleword", MARK)
OF_THE_OFFENCE = ("traffick", "victim", "인신매매", "피해자")


def made(agency: AgencyId) -> list[str]:
    """Give the decisions of all that was done, or tried, to make a paper."""
    rows = LedgerEntry.objects.filter(agency_id=agency).order_by("seq").values_list("entry", flat=True)
    entries = [json.loads(row) for row in rows]
    return [entry["decision"] for entry in entries if entry["action"] == "document.make"]


def given(people: People, case: CaseId) -> Grant:
    """Let the person agree that the shelter is told."""
    ident = give_consent(people.owner, case, people.shelter, NOW)
    return next(grant for grant in consent.grants_of(people.owner, case) if grant.id == ident)


def printed(facts: FormFacts, language: str, page: str = "ko") -> bytes:
    with translation.override(page):
        return bytes(forms._form(facts, language).content)


def test_a_form_is_made_from_the_consent_and_says_no_name(mechanism: People, case: CaseId) -> None:
    grant = given(mechanism, case)
    facts = consent.form(mechanism.owner, case, grant=grant.id)
    assert (facts.grant, facts.recipients) == (grant, (mechanism.shelter,))
    assert facts.reference == casefile.case(mechanism.owner, case).ref
    words = flat(text_of(printed(facts, "vi")))
    for language in ("vi", "ko"):
        told = consent.text_for(language)
        assert told.purposes["shelter"] in words
        assert all(heading in words for code, heading in told.parts.items() if code in {"refusal", "rights"})
    assert facts.reference in words
    assert not [name for name in (*NAMES, *OF_THE_OFFENCE) if name in words.lower()]
    assert words.count("✓") == len(grant.purposes | grant.categories) + len(grant.feedback) + 1


@pytest.mark.parametrize("language", consent.languages_with_texts())
def test_a_blank_form_is_whole_in_every_language_and_its_title_is_neutral(
    mechanism: People, case: CaseId, language: str
) -> None:
    facts = consent.form(mechanism.owner, case, recipient=mechanism.shelter)
    paper = printed(facts, language, "en")
    told, words = consent.text_for(language), flat(text_of(paper))
    assert [p.number for p in told.passages if "{" not in p.text and flat(p.text)[:12] not in words] == []
    assert "✓" not in words
    assert reader(paper).metadata["/Title"] == told.paper["heading"]  # type: ignore[index]
    assert str(reader(paper).root_object["/Lang"]) == language
    assert (told.paper["unreviewed"][:15] in words) is told.needs_review


def test_a_language_without_a_text_is_written_in_the_workers_own(mechanism: People, case: CaseId) -> None:
    facts = consent.form(mechanism.owner, case, recipient=mechanism.shelter)
    assert str(reader(printed(facts, "und", "ko")).root_object["/Lang"]) == "ko"
    with pytest.raises(AbsentError):
        consent.text_for("und")
    assert consent.text_for("vi-VN") is consent.text_for("vi")


Paper = Callable[[Actor, CaseId, GrantId, ThreadId], object]
PAPERS: dict[str, Paper] = {
    "form": lambda actor, case, grant, _: consent.form(actor, case, grant=grant),
    "blank form": lambda actor, case, _grant, _: consent.form(actor, case, recipient=actor.agency),
    "letter": lambda actor, _case, _grant, thread: letter(actor, thread, now=NOW),
    "letter with packet": lambda actor, _case, _grant, thread: letter(
        actor, thread, with_packet=True, now=NOW
    ),
}


@pytest.mark.parametrize("paper", PAPERS)
def test_every_paper_is_on_record_and_only_for_those_who_may(
    mechanism: People, case: CaseId, paper: str
) -> None:
    thread = referred(mechanism, case)
    grant = consent.grants_of(mechanism.owner, case)[0].id
    PAPERS[paper](mechanism.owner, case, grant, thread)
    with pytest.raises(AbsentError):
        PAPERS[paper](mechanism.colleague, case, grant, thread)
    with pytest.raises(DeniedError, match="no-right"):
        PAPERS[paper](replace(mechanism.owner, permissions=frozenset()), case, grant, thread)
    assert made(mechanism.police) == ["allow", "absent", "no-right"]
    for absent in (CaseId(uuid4()), GrantId(uuid4())):
        with pytest.raises(AbsentError):
            PAPERS[paper](mechanism.owner, CaseId(UUID(int=0)), GrantId(absent), ThreadId(absent))


@pytest.mark.parametrize("paper", PAPERS)
def test_where_no_pdf_can_be_made_it_is_said_before_anything_is_written_down_as_made(
    mechanism: People, case: CaseId, paper: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise OSError("cannot load library 'libpango-1.0-0'")

    thread = referred(mechanism, case)
    grant = consent.grants_of(mechanism.owner, case)[0].id
    monkeypatch.setattr(documents, "_press", missing)
    with pytest.raises(DeniedError, match="no-pango"):
        PAPERS[paper](mechanism.owner, case, grant, thread)
    assert made(mechanism.police) == ["no-pango"]


def test_an_agency_that_is_not_on_the_roll_gets_no_form(mechanism: People, case: CaseId) -> None:
    with pytest.raises(AbsentError):
        consent.form(mechanism.owner, case, recipient=AgencyId(uuid4()))
    with pytest.raises(AbsentError):
        consent.form(mechanism.owner, case, grant=GrantId(uuid4()))


@pytest.mark.parametrize("page", ["ko", "en"])
def test_a_letter_says_a_reference_and_never_whom(mechanism: People, case: CaseId, page: str) -> None:
    thread = referred(mechanism, case)
    for actor in (mechanism.owner, mechanism.stranger):
        said = letter(actor, thread, now=NOW)
        assert (said.sender, said.receiver) == (mechanism.police, mechanism.shelter)
        with translation.override(page):
            words = flat(text_of(letters.print_of(said)))
        assert said.ref in words
        assert not [name for name in (*NAMES, *OF_THE_OFFENCE, "vi ", "recruiter") if name in words.lower()]


def test_what_was_sent_is_enclosed_only_when_it_is_asked_for_and_not_a_field_more(
    mechanism: People, case: CaseId
) -> None:
    thread = referred(mechanism, case)
    for actor in (mechanism.owner, mechanism.stranger):
        said = letter(actor, thread, with_packet=True, now=NOW)
        with translation.override("en"):
            words = flat(text_of(letters.print_of(said)))
        assert "예시가" in words
        assert "threats by a recruiter" in words
        assert MARK not in words
        assert "shelter.address" not in said.fields


def test_nothing_is_enclosed_that_was_not_sent_or_was_recalled(mechanism: People, case: CaseId) -> None:
    thread = offered(mechanism, case)
    for actor in (mechanism.owner, mechanism.stranger):
        with pytest.raises(AbsentError):
            letter(actor, thread, with_packet=True, now=NOW)
    grant = given(mechanism, case)
    sent = referred(mechanism, case)
    consenting.withdraw(mechanism.owner, case, grant.id, now=NOW)
    recall.recall(mechanism.owner, thread=sent, reason="consent-withdrawn", now=NOW)
    carry(NOW)
    with pytest.raises(DeniedError, match="recalled"):
        letter(mechanism.owner, sent, with_packet=True, now=NOW)
    with pytest.raises((DeniedError, AbsentError)):
        letter(mechanism.stranger, sent, with_packet=True, now=NOW)
    assert letter(mechanism.owner, sent, now=NOW).fields == {}


def test_a_paper_is_kept_as_a_file_whose_name_says_nothing_and_by_nobody_on_the_way(
    mechanism: People, case: CaseId
) -> None:
    thread = referred(mechanism, case)
    grant = consent.grants_of(mechanism.owner, case)[0].id
    request = RequestFactory().get("/", {"in": "th"})
    request.actor = mechanism.owner  # type: ignore[attr-defined]
    answers = [
        forms.paper(request, case, grant),  # type: ignore[arg-type]
        forms.blank(request, case, mechanism.shelter),  # type: ignore[arg-type]
        letters.letter(request, thread),  # type: ignore[arg-type]
    ]
    for answer, word in zip(answers, ("form", "form", "letter"), strict=True):
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Cache-Control"] == "no-store"
        assert answer["Content-Disposition"].startswith(f'attachment; filename="{word}-20')
        assert answer.content.startswith(b"%PDF-1.7")
