"""What leaves is exactly the purpose's needs, and the basis, and the consent: against an oracle that shares no code."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ieumgil.agreements.rules import Basis, BasisKind, DataField, Purpose, PurposeKind, may_be_read_for
from ieumgil.consent.rules import Disclosure, GivenBy, Grant, Reason, compare, disclose, disclosure
from ieumgil.kernel.actor import AgencyClass
from ieumgil.kernel.canonical import Json, NotCanonicalError, canonical
from ieumgil.kernel.ids import AgencyId, FieldPath, PurposeCode
from ieumgil.kernel.outcome import Allow, DeniedError, Deny
from tests.support.disclosing import (
    CATEGORIES,
    CLINIC,
    DAY,
    FIELD_ROWS,
    FIELDS,
    NOW,
    OFFICE,
    PURPOSE_ROWS,
    PURPOSES,
    SENDER,
    SHELTER,
    basis,
    codes,
    full_case,
    grant,
    marker,
    purposes_of,
)

Question = tuple[Purpose, Basis, tuple[Grant, ...], AgencyId]
Teller = Callable[[Question], set[FieldPath]]
NEVER = ("shelter.address", "notes.case", "others.names", "identity.shoe_size")
WALLED = (PurposeKind.JUSTICE, PurposeKind.MIGRATION, PurposeKind.STATISTICS)

BASES = (
    basis(BasisKind.JOINING),
    *(basis(purpose_kind=kind) for kind in PurposeKind),
    basis(categories=codes("identity", "needs")),
    basis(purposes=frozenset({PurposeCode("shelter"), PurposeCode("formal-determination")})),
    basis(parties=frozenset({SENDER, SHELTER})),
    basis(valid_until=NOW),
    basis(valid_from=NOW + DAY),
    basis(suspended_at=NOW),
)
GRANTS: tuple[tuple[Grant, ...], ...] = (
    (),
    (grant(),),
    (grant(recipients=frozenset({CLINIC})),),
    (grant(recipients=frozenset({SHELTER, CLINIC})),),
    (grant(purposes=frozenset({PurposeCode("shelter"), PurposeCode("investigation")})),),
    (grant(named_categories=frozenset()),),
    (grant(categories=codes("identity", "shelter", "notes"), named_categories=codes("health")),),
    (grant(until=NOW),),
    (grant(given_at=NOW + DAY),),
    (grant(), grant(version=2, withdrawn_at=NOW)),
    (grant(version=2), grant()),
    (grant(withdrawn_at=NOW + DAY),),
    (grant(by_whom=GivenBy.GUARDIAN, of_child=True, guardian_suspected=True),),
    (grant(of_child=True),),
    (grant(by_whom=GivenBy.ADVOCATE, of_child=True, guardian_suspected=True),),
    (grant(1, categories=codes("identity")), grant(2, categories=codes("contact", "needs"))),
)
RECIPIENTS = (SHELTER, CLINIC, OFFICE)


def told(question: Question) -> set[FieldPath]:
    """Ask the rule; a value that is not its own field's marker counts as a leak of its own."""
    sent = _disclose(question).sent
    assert all(value == marker(path) for path, value in sent.items())
    return set(sent)


def _disclose(question: Question, *, case: Mapping[FieldPath, Json] | None = None) -> Disclosure:
    purpose, agreed, grants, recipient = question
    known = full_case() if case is None else case
    return disclose(
        known, purpose=purpose, basis=agreed, grants=grants, recipient=recipient, now=NOW, fields=FIELDS
    )


def oracle(question: Question) -> set[FieldPath]:
    """Say what may leave, from the data's rows and the thread page alone."""
    purpose, agreed, grants, recipient = question
    row = next(row for row in PURPOSE_ROWS if row["code"] == purpose.code)
    in_force = (
        agreed.suspended_at is None
        and (agreed.valid_from is None or agreed.valid_from <= NOW)
        and (agreed.valid_until is None or agreed.valid_until > NOW)
        and (agreed.purposes is None or row["code"] in agreed.purposes)
        and (agreed.parties is None or recipient in agreed.parties)
        and row["kind"] == agreed.purpose_kind
    )
    if not in_force:
        return set()
    speaking = [one for one in grants if _speaks(one, grants, question)]
    return {FieldPath(field["path"]) for field in FIELD_ROWS if _may_leave(field, row, agreed, speaking)}


def _speaks(one: Grant, grants: Iterable[Grant], question: Question) -> bool:
    purpose, agreed, _, recipient = question
    last = max(other.version for other in grants if other.id == one.id)
    able = one.by_whom == "advocate-with-child" or (
        not one.of_child if one.by_whom == "person" else not one.guardian_suspected
    )
    alone = len(one.recipients) == 1 or agreed.kind != "joining"
    in_time = one.withdrawn_at is None and one.given_at <= NOW < one.until
    return (
        one.version == last
        and able
        and alone
        and in_time
        and purpose.code in one.purposes
        and recipient in one.recipients
    )


def _may_leave(field: dict[str, Any], row: dict[str, Any], agreed: Basis, speaking: list[Grant]) -> bool:
    category = field["category"]
    stays = field.get("never_leaves") and row["code"] not in field.get("unless_for", [])
    in_basis = agreed.categories is None or category in agreed.categories
    agreed_to = any(
        category in one.named_categories or (category in one.categories and not field.get("named_only"))
        for one in speaking
    )
    return not stays and field["path"] in row["needs"] and in_basis and agreed_to


def disagreements(teller: Teller) -> int:
    """Count, over every purpose, basis, consent and recipient, where the rule and the oracle differ."""
    questions = product(PURPOSES.values(), BASES, GRANTS, RECIPIENTS)
    return sum(teller(question) != oracle(question) for question in questions)


def test_what_leaves_is_the_intersection_for_every_purpose_basis_consent_and_recipient() -> None:
    assert disagreements(told) == 0


@pytest.mark.parametrize("removed", ["_outside_the_basis", "_outside_the_consent"])
def test_without_the_basis_or_the_consent_the_product_finds_it(
    monkeypatch: pytest.MonkeyPatch, removed: str
) -> None:
    monkeypatch.setattr(disclosure, removed, lambda _field, _ask: None)
    assert disagreements(told) > 0


def test_without_the_purpose_the_product_finds_it() -> None:
    def told_everything(question: Question) -> set[FieldPath]:
        return told((replace(question[0], needs=frozenset(FIELDS)), *question[1:]))

    assert disagreements(told_everything) > 0


def test_without_the_names_or_the_version_the_product_finds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Grant, "covers", lambda self, category, **_: category in self.categories)
        assert disagreements(told) > 0
    with monkeypatch.context() as broken:
        broken.setattr(disclosure, "newest", list)
        assert disagreements(told) > 0


def _leaked(question: Question) -> list[str]:
    sent = canonical({str(path): value for path, value in _disclose(question).sent.items()}).decode()
    return [path for path in NEVER if marker(path) in sent]


def test_a_shelter_a_note_and_another_victim_never_leave() -> None:
    questions = product(PURPOSES.values(), BASES, GRANTS, RECIPIENTS)
    assert [path for question in questions for path in _leaked(question)] == []


def test_a_marker_that_could_leave_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DataField, "may_leave_for", lambda _self, _purpose: True)
    greedy = replace(PURPOSES[PurposeCode("shelter")], needs=frozenset(map(FieldPath, NEVER)))
    assert _leaked((greedy, basis(), (grant(),), SHELTER)) == list(NEVER[:3])


def test_raw_answers_leave_for_a_formal_determination_only() -> None:
    answers = FieldPath("indicators.answers")
    greedy = [replace(purpose, needs=frozenset({answers})) for purpose in PURPOSES.values()]
    sent = {p.code for p in greedy if told((p, basis(purpose_kind=p.kind), (grant(),), SHELTER))}
    assert sent == {"formal-determination"}


def test_protection_is_walled_from_every_other_kind_whatever_was_agreed() -> None:
    everything = basis(purpose_kind=PurposeKind.PROTECTION)
    for purpose in (p for kind in WALLED for p in purposes_of(kind)):
        found = _disclose((purpose, everything, (grant(),), SHELTER))
        assert found.sent == {}
        assert {one.reason_code for one in found.held_back if one.path in purpose.needs} <= {
            Reason.KIND_WALLED
        }
    for kind, purpose in product(WALLED, purposes_of(PurposeKind.PROTECTION)):
        assert told((purpose, basis(purpose_kind=kind), (grant(),), SHELTER)) == set()


def test_a_packet_is_read_for_its_own_purpose_only_over_every_pair() -> None:
    for sent_for, asked_for in product(PURPOSES.values(), repeat=2):
        same, walled = sent_for == asked_for, sent_for.kind is not asked_for.kind
        expected = Allow() if same else Deny("kind-walled" if walled else "other-purpose")
        assert may_be_read_for(sent_for, asked_for) == expected


def test_a_body_of_enforcement_receives_nothing_for_a_service() -> None:
    shelter = PURPOSES[PurposeCode("shelter")]
    for receiver, expected in ((AgencyClass.ENFORCEMENT, False), (AgencyClass.PROTECTION, True)):
        found = disclose(
            full_case(), purpose=shelter, basis=basis(), grants=[grant()], recipient=SHELTER, now=NOW,
            fields=FIELDS, recipient_class=receiver,
        )  # fmt: skip
        assert bool(found.sent) is expected


some_categories = st.frozensets(st.sampled_from(sorted(CATEGORIES)))
some_grants = st.lists(
    st.builds(
        grant,
        st.integers(1, 3),
        version=st.integers(1, 3),
        purposes=st.frozensets(st.sampled_from(sorted(PURPOSES)), max_size=6),
        recipients=st.frozensets(st.sampled_from(RECIPIENTS), max_size=2),
        categories=some_categories,
        named_categories=some_categories,
        until=st.sampled_from([NOW - DAY, NOW, NOW + DAY]),
        withdrawn_at=st.sampled_from([None, None, NOW - DAY]),
        by_whom=st.sampled_from(GivenBy),
        of_child=st.booleans(),
        guardian_suspected=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda one: (one.id, one.version),
)
some_bases = st.builds(
    basis,
    st.sampled_from(BasisKind),
    purpose_kind=st.sampled_from(PurposeKind),
    purposes=st.none() | st.frozensets(st.sampled_from(sorted(PURPOSES)), min_size=4),
    categories=st.none() | some_categories,
    parties=st.none() | st.just(frozenset({SENDER, SHELTER})),
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(PURPOSES)), some_bases, some_grants, st.sampled_from(RECIPIENTS))
def test_what_leaves_is_the_intersection_for_any_subset(
    code: str, agreed: Basis, grants: list[Grant], recipient: AgencyId
) -> None:
    question = (PURPOSES[PurposeCode(code)], agreed, tuple(grants), recipient)
    assert told(question) == oracle(question)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(PURPOSES)), some_bases, some_grants, st.sampled_from(RECIPIENTS))
def test_every_field_is_sent_or_held_back_with_a_reason_and_names_what_opened_it(
    code: str, agreed: Basis, grants: list[Grant], recipient: AgencyId
) -> None:
    purpose = PURPOSES[PurposeCode(code)]
    found = _disclose((purpose, agreed, tuple(grants), recipient))
    held = [one.path for one in found.held_back]
    assert sorted([*found.sent, *held]) == sorted(full_case())
    assert bool(found.sent) is bool(found.grants)


@pytest.mark.parametrize(
    ("path", "said", "reason"),
    [
        ("identity.name", [], Reason.NO_CONSENT),
        ("identity.name", [grant(), grant(version=2, withdrawn_at=NOW)], Reason.CONSENT_WITHDRAWN),
        ("identity.name", [grant(until=NOW)], Reason.CONSENT_EXPIRED),
        ("health.allergies", [grant(named_categories=frozenset())], Reason.NOT_NAMED),
        ("status.residence", [grant()], Reason.NOT_NEEDED),
        ("shelter.address", [grant()], Reason.NEVER_LEAVES),
        ("identity.shoe_size", [grant()], Reason.UNKNOWN_FIELD),
        ("identity.birth_date", [grant()], Reason.NOTHING_KNOWN),
        ("identity.name", [grant(of_child=True)], Reason.CHILD_ALONE),
        ("identity.name", [grant(recipients=frozenset({SHELTER, CLINIC}))], Reason.NOT_ONE_RECIPIENT),
    ],
)
def test_the_reason_nearest_to_being_sent_is_the_one_told(
    path: str, said: list[Grant], reason: Reason
) -> None:
    known = full_case() | {FieldPath("identity.birth_date"): ""}
    question = (PURPOSES[PurposeCode("shelter")], basis(BasisKind.JOINING), tuple(said), SHELTER)
    reasons = {one.path: one.reason_code for one in _disclose(question, case=known).held_back}
    assert reasons[FieldPath(path)] is reason


def accepted() -> int:
    """Count, of 2,000 altered packets, those that pass the check before sealing."""
    found, chance = (
        _disclose((PURPOSES[PurposeCode("shelter")], basis(), (grant(),), SHELTER)),
        Random(20261103),
    )
    return sum(_passes(_altered(dict(found.sent), chance), found) for _ in range(2_000))


def _passes(packet: dict[FieldPath, Json], found: Disclosure) -> bool:
    try:
        compare(packet, found)
    except (DeniedError, NotCanonicalError):
        return False
    return True


def test_a_packet_that_differs_by_anything_is_not_sealed() -> None:
    found = _disclose((PURPOSES[PurposeCode("shelter")], basis(), (grant(),), SHELTER))
    assert _passes(dict(reversed(found.sent.items())), found)
    with pytest.raises(DeniedError, match="packet-differs"):
        compare({}, found)
    assert accepted() == 0


def test_a_check_that_reads_only_the_paths_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disclosure, "_encoded", frozenset)
    assert accepted() > 0


def _altered(packet: dict[FieldPath, Json], chance: Random) -> dict[FieldPath, Json]:
    path = chance.choice(sorted(packet))
    value = packet.pop(path)
    twin = FieldPath(path.replace("e", "\u0435").replace("a", "\u0430"))
    changes: list[dict[FieldPath, Json]] = [
        {},
        {path: value, FieldPath("shelter.address"): marker("shelter.address")},
        {path: {"value": value}},
        {path: [value]},
        {FieldPath(f"{path} "): value},
        {FieldPath(path.upper()): value},
        {twin: value},
        {path: f"{value}\u200b"},
        {path: None},
        {path: value, FieldPath(f"{path}.more"): value},
    ]
    return packet | chance.choice(changes)
