from uuid import UUID, uuid4

import pytest
from django.test import Client

from ieumgil.kernel.ids import AgencyId, CaseId
from tests.rooms.conftest import NOW, People
from tests.support.browsing import signed_in_client
from tests.support.mechanism import give_consent, give_leave

ANSWERS = {
    "purposes": ["shelter"],
    "categories": ["identity", "needs"],
    "named": ["health"],
    "feedback": ["arrival"],
    "months": "3",
    "by_whom": "person",
    "language": "vi",
    "how": "read-aloud",
    "form": "spoken",
}


def address(case: CaseId, rest: str) -> str:
    return f"/cases/{case}/{rest}/"


@pytest.mark.parametrize("language", ["ar", "en", "ko", "ru", "th", "vi", "zh"])
def test_the_person_is_told_in_their_language_and_that_nobody_checked_it_where_nobody_did(
    desk: Client, case: CaseId, people: People, language: str
) -> None:
    from ieumgil.consent.queries import text_for

    shown = desk.get(f"{address(case, f'agree/{people.shelter}')}?in={language}").content.decode()
    text = text_for(language)
    asked = [passage.text for passage in text.told("refusal", "withdrawal")]
    assert all(passage.split("{")[0].split("<")[0][:20] in shown for passage in asked if "{" not in passage)
    assert f'lang="{language}" dir="{text.direction}"' in shown
    assert ("native speaker" in shown) is text.needs_review


def test_leave_is_recorded_with_language_and_manner_and_leads_to_asking(
    desk: Client, case: CaseId, people: People
) -> None:
    from ieumgil.consent.queries import has_leave

    answer = desk.post(address(case, "leave"), {"answer": "yes", "language": "vi", "how": "shown"})
    assert answer.status_code == 303
    assert answer["Location"] == address(case, "ask")
    assert has_leave(people.owner, case)


def test_what_was_told_in_a_language_goes_on_in_it(desk: Client, case: CaseId, people: People) -> None:
    where = address(case, f"agree/{people.shelter}")
    before = desk.get(where).content.decode()
    give_leave(people.owner, case, NOW)
    after = desk.get(where).content.decode()
    assert '<option value="vi" selected>' in after
    assert '<option value="vi" selected>' not in before
    assert '<option value="th" selected>' in desk.get(f"{where}?in=th").content.decode()


def test_a_no_to_asking_is_kept_and_takes_leave_back(desk: Client, case: CaseId, people: People) -> None:
    from ieumgil.consent.queries import has_leave, refusals

    give_leave(people.owner, case, NOW)
    answer = desk.post(address(case, "leave"), {"answer": "no", "language": "vi", "how": "shown"})
    assert answer["Location"] == address(case, "")[:-1]
    assert not has_leave(people.owner, case)
    assert [no.what.value for no in refusals(people.owner, case)] == ["enquiry"]


def test_a_consent_is_for_one_agency_and_says_what_was_ticked(
    desk: Client, case: CaseId, people: People
) -> None:
    from ieumgil.consent.queries import grants_of

    answer = desk.post(address(case, f"agree/{people.shelter}"), ANSWERS)
    assert answer.status_code == 303
    (grant,) = grants_of(people.owner, case)
    assert grant.recipients == {people.shelter}
    assert grant.categories == {"identity", "needs"}
    assert grant.named_categories == {"health"}
    assert (grant.language, grant.how.value, grant.form.value) == ("vi", "read-aloud", "spoken")


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"purposes": []}, 422), ({"language": "tlh"}, 422), ({"of_child": "on"}, 409)],
    ids=["nothing-ticked", "no-such-language", "a-child-alone"],
)
def test_what_cannot_count_is_refused_in_the_form_and_the_ticks_stay(
    desk: Client, case: CaseId, people: People, changed: dict[str, object], status: int
) -> None:
    from ieumgil.consent.queries import grants_of

    answer = desk.post(address(case, f"agree/{people.shelter}"), ANSWERS | changed)
    assert answer.status_code == status
    assert 'value="needs"' in answer.content.decode()
    assert answer.content.decode().count("checked") >= 5
    assert not grants_of(people.owner, case)


def test_a_no_to_sharing_is_kept_for_the_agency_it_was_said_of(
    desk: Client, case: CaseId, people: People
) -> None:
    from ieumgil.consent.queries import refusals

    where = f"{address(case, 'no')}?what=sharing&agency={people.shelter}"
    assert desk.post(where, {"what": "sharing", "language": "vi", "how": "interpreted"}).status_code == 303
    assert [no.recipients for no in refusals(people.owner, case)] == [frozenset({people.shelter})]
    assert desk.get(f"{address(case, 'no')}?agency=nonsense").status_code == 200


def test_a_consent_is_withdrawn_after_its_effect_was_told(desk: Client, case: CaseId, people: People) -> None:
    from ieumgil.consent.queries import live_grants

    grant = give_consent(people.owner, case, AgencyId(people.shelter), NOW)
    where = address(case, f"agreed/{grant}/withdraw")
    assert "We cannot force it" in desk.get(where).content.decode()
    assert desk.post(where).status_code == 303
    assert not live_grants(people.owner, case)
    assert "does not count any more" in desk.get(address(case, "agreed")).content.decode()


def test_a_suspected_guardian_is_recorded_once_and_shown(desk: Client, case: CaseId, people: People) -> None:
    assert desk.post(address(case, "guardian")).status_code == 303
    assert "under suspicion" in desk.get(address(case, "agreed")).content.decode()
    assert "<form" not in desk.get(address(case, "guardian")).content.decode().split("<main")[1]


@pytest.mark.parametrize("rest", ["agreed", "leave", "agree/{shelter}", "no", "guardian"])
def test_a_case_of_others_is_as_one_that_never_was(case: CaseId, mechanism: People, rest: str) -> None:
    rest = rest.format(shelter=mechanism.shelter)
    for who in ("stranger", "colleague"):
        client = signed_in_client(f"{who}@narae.example")
        for ask in (client.get, client.post):
            theirs, none = ask(address(case, rest)), ask(address(CaseId(uuid4()), rest))
            assert (
                theirs.status_code
                == none.status_code
                == (405 if ask == client.post and rest == "agreed" else 404)
            )
            assert theirs.content == none.content


def test_an_agency_that_is_not_on_the_roll_cannot_be_agreed_to(desk: Client, case: CaseId) -> None:
    assert desk.get(address(case, f"agree/{UUID(int=7)}")).status_code == 404
