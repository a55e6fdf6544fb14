"""Who may do what with a case, over every combination, and where a case may move."""

from collections.abc import Callable
from itertools import product
from uuid import UUID

import pytest

from ieumgil.casefile.gate import (
    RIGHTS,
    CaseFacts,
    Verb,
    has_right,
    may,
    may_keep_words,
    may_open,
    may_take_in,
)
from ieumgil.casefile.rules import NEXT_STAGES, Stage, case_code, check_fields, check_reason, move
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, FieldPath, WorkerId
from ieumgil.kernel.outcome import Allow, Deny, Outcome
from ieumgil.kernel.permission import Permission

HERE, ELSEWHERE = AgencyId(UUID(int=1)), AgencyId(UUID(int=2))
HOLDER, MEMBER, OTHER = (WorkerId(UUID(int=number)) for number in (11, 12, 13))
FACTS = CaseFacts(HERE, HOLDER, frozenset({HOLDER, MEMBER}))
READ, WRITE = frozenset({Permission.CASE_READ}), frozenset({Permission.CASE_OPEN})
RIGHT_SETS = [frozenset[Permission](), READ, WRITE, READ | WRITE, frozenset(Permission)]

Gate = Callable[[Actor, Verb, CaseFacts], Outcome]


def leaks(gate: Gate) -> list[tuple[Actor, Verb]]:
    """Give who gets through although agency, team or right is missing."""
    everybody = product((HERE, ELSEWHERE), (HOLDER, MEMBER, OTHER, None), RIGHT_SETS, Verb)
    found = []
    for agency, worker, rights, verb in everybody:
        actor, needed = Actor(agency, worker, rights), RIGHTS[verb]
        of_the_team = agency == HERE and (worker in FACTS.team or (worker is None and verb is Verb.KNOW))
        held = needed is None or needed in rights
        if isinstance(gate(actor, verb, FACTS), Allow) and not (of_the_team and held):
            found.append((actor, verb))
    return found


def test_nobody_passes_without_agency_team_and_right() -> None:
    assert not leaks(may)


def test_a_gate_that_forgets_one_wall_is_found() -> None:
    def forgets_the_team(actor: Actor, verb: Verb, facts: CaseFacts) -> Outcome:
        return has_right(actor, verb) if actor.agency == facts.agency else Deny("absent")

    def forgets_the_agency(actor: Actor, verb: Verb, facts: CaseFacts) -> Outcome:
        return has_right(actor, verb) if actor.worker in facts.team else Deny("absent")

    def forgets_the_right(actor: Actor, _verb: Verb, facts: CaseFacts) -> Outcome:
        return Allow() if actor.agency == facts.agency and actor.worker in facts.team else Deny("absent")

    for forgetful in (forgets_the_team, forgets_the_agency, forgets_the_right):
        assert leaks(forgetful)


def test_the_team_passes_with_its_rights_and_only_the_holder_erases() -> None:
    member = Actor(HERE, MEMBER, READ | WRITE)
    assert [may(member, verb, FACTS) for verb in (Verb.KNOW, Verb.READ, Verb.WRITE)] == [Allow()] * 3
    assert may(member, Verb.ERASE, FACTS) == Deny("not-holder")
    assert may(Actor(HERE, HOLDER, WRITE), Verb.ERASE, FACTS) == Allow()


@pytest.mark.parametrize("verb", Verb)
def test_outside_agency_or_team_a_case_is_absent(verb: Verb) -> None:
    everything = frozenset(Permission)
    assert may(Actor(ELSEWHERE, HOLDER, everything), verb, FACTS) == Deny("absent")
    assert may(Actor(HERE, OTHER, everything), verb, FACTS) == Deny("absent")


def test_the_clock_may_know_a_case_of_its_agency_and_no_more() -> None:
    clock = Actor(HERE, None, frozenset(Permission))
    assert [verb for verb in Verb if may(clock, verb, FACTS) == Allow()] == [Verb.KNOW]
    assert may(Actor(ELSEWHERE, None, frozenset()), Verb.KNOW, FACTS) == Deny("absent")
    assert may_open(clock) == may_keep_words(clock) == Deny("no-right")


def test_a_colleague_is_taken_in_by_the_team_or_by_who_invites_and_never_by_themselves() -> None:
    newcomer = Actor(HERE, OTHER, READ)
    inviting = Actor(HERE, WorkerId(UUID(int=14)), frozenset({Permission.WORKER_INVITE}))
    assert may_take_in(Actor(HERE, MEMBER, WRITE), newcomer, FACTS) == Allow()
    assert may_take_in(inviting, newcomer, FACTS) == Allow()
    assert may_take_in(Actor(HERE, OTHER, frozenset(Permission)), newcomer, FACTS) == Deny("not-oneself")
    assert may_take_in(Actor(HERE, WorkerId(UUID(int=14)), READ | WRITE), newcomer, FACTS) == Deny("absent")
    assert may_take_in(inviting, Actor(ELSEWHERE, OTHER, READ), FACTS) == Deny("absent")
    assert may_take_in(Actor(ELSEWHERE, MEMBER, frozenset(Permission)), newcomer, FACTS) == Deny("absent")
    assert may_take_in(inviting, Actor(HERE, OTHER, WRITE), FACTS) == Deny("no-right")


@pytest.mark.parametrize(("stage", "to"), list(product(Stage, Stage)))
def test_a_case_moves_only_along_the_way(stage: Stage, to: Stage) -> None:
    assert isinstance(move(stage, to), Allow) is (to in NEXT_STAGES[stage])


def test_no_stage_is_a_dead_end_and_none_leads_to_itself() -> None:
    assert NEXT_STAGES.keys() == set(Stage)
    for stage, following in NEXT_STAGES.items():
        assert following
        assert stage not in following
        assert stage is Stage.CLOSED or Stage.CLOSED in following


def test_a_code_of_a_case_is_short_and_neutral() -> None:
    assert case_code(0) == "A0-000"
    assert case_code(239_999) == "Z9-999"
    assert case_code(240_000) == case_code(0)
    assert len({case_code(number) for number in range(240_000)}) == 240_000


def test_a_reason_is_a_code_and_a_field_has_its_category() -> None:
    check_reason("person-asked")
    check_fields([FieldPath("needs.children_along")])
    for words in ("", "Alphaone asked", "person-", "x" * 121):
        with pytest.raises(ValueError, match="code"):
            check_reason(words)
    for path in ("identity.name", "notes.case", "needs", "needs.a|b", "Needs.a"):
        with pytest.raises(ValueError, match="path"):
            check_fields([FieldPath(path)])
