"""Every state, kind and author, against the table of docs/protocol/thread.md written out by hand."""

import pytest

from tests.support.thread_laws import Product
from tests.support.thread_oracle import KINDS, F, Letter, Page, R, Spot
from tests.support.thread_world import Rule, compose

RECALLED = {"F recall": "RECALLED"}
CLOSE = {"F close": "CLOSED"}
UNARRIVED = "F refer, R accept, R not-arrived"
CARE = "F refer, R accept, R arrived"

IN_REFERRED = {"R accept": "ACCEPTED", "R decline": "DECLINED"}
IN_ACCEPTED = {"R arrived": "IN CARE", "R not-arrived": "NOT ARRIVED", "R decline": "DECLINED"}
IN_CARE = {"R progress": "IN CARE", "R ask-onward": "ONWARD ASKED", "R outcome": "OUTCOME"}
QUERY = {"R query": "QUERIED"}

# How the thread came there, the state, who owes, the moves; `(open)`: no packet travels with it.
TABLE: list[tuple[str, str, str | None, dict[str, str]]] = [
    ("", "START", F, {"F enquiry": "ENQUIRED", "F refer": "REFERRED"}),
    (
        "F enquiry",
        "ENQUIRED",
        R,
        {"R can-take": "OFFERED", "R cannot-take": "REFUSED", **CLOSE, **RECALLED},
    ),
    (
        "F enquiry, R can-take",
        "OFFERED",
        F,
        {"F refer": "REFERRED", "R cannot-take": "REFUSED", **CLOSE, **RECALLED},
    ),
    ("F enquiry, R cannot-take", "REFUSED", F, {**CLOSE, **RECALLED}),
    ("F refer", "REFERRED", R, {**IN_REFERRED, **QUERY, **RECALLED}),
    ("F refer, R query", "QUERIED", F, {"F reply": "REFERRED", **IN_REFERRED, **RECALLED}),
    ("F refer, R accept, R query", "QUERIED", F, {"F reply": "ACCEPTED", **IN_ACCEPTED, **RECALLED}),
    (f"{CARE}, R query", "QUERIED", F, {"F reply": "IN CARE", **IN_CARE, **RECALLED}),
    ("F refer, R accept", "ACCEPTED", R, {**IN_ACCEPTED, **QUERY, **RECALLED}),
    (CARE, "IN CARE", R, {**IN_CARE, **QUERY, **RECALLED}),
    (f"{CARE}, R ask-onward", "ONWARD ASKED", F, {"F reply": "IN CARE", **RECALLED}),
    (UNARRIVED, "NOT ARRIVED", F, {**CLOSE, "R arrived": "IN CARE", **RECALLED}),
    ("F refer, R decline", "DECLINED", F, {**CLOSE, **RECALLED}),
    (f"{CARE}, R outcome", "OUTCOME", F, {**CLOSE, **RECALLED}),
    ("F refer, F recall", "RECALLED", R, {"R erased": "ERASED"}),
    ("F refer, F recall, R erased", "ERASED", F, CLOSE),
    ("F enquiry, F close | R can-take", "REOPENED", F, {**CLOSE, **RECALLED}),
    (f"{UNARRIVED}, F close | R arrived", "REOPENED", F, {**CLOSE, **RECALLED}),
    ("F enquiry, F close", "CLOSED", None, {}),
    ("F refer(open), R decline, F close", "CLOSED", None, {}),
    ("F refer, R decline, F close", "CLOSED", None, {"R erased": "CLOSED", **RECALLED}),
    ("F refer, R decline, F close, R erased", "CLOSED", None, {}),
    (
        "F refer(open), R query, F reply, R decline, F close",
        "CLOSED",
        None,
        {"R erased": "CLOSED", **RECALLED},
    ),
    (f"{UNARRIVED}, F close", "CLOSED", None, {"R erased": "CLOSED", "R arrived": "IN CARE", **RECALLED}),
    (f"{UNARRIVED}, F close, R erased", "CLOSED", None, {}),
    (
        f"{UNARRIVED}, F close, R arrived, R outcome, F close",
        "CLOSED",
        None,
        {"R erased": "CLOSED", **RECALLED},
    ),
    (
        f"{UNARRIVED}, F close | R arrived, F close",
        "CLOSED",
        None,
        {"R erased": "CLOSED", "R arrived": "IN CARE", **RECALLED},
    ),
    ("F refer(open), R accept, R not-arrived, F close", "CLOSED", None, {}),
    ("F refer, F recall, R erased, F close", "CLOSED", None, {}),
]
BESIDE = ("F escalate", "R escalate", "R opened")


def told(way: str) -> list[Letter]:
    """Write the letters of a way; of two parted by | the second had not seen the first."""
    letters: list[Letter] = []
    for step in filter(None, way.split(", ")):
        known = list(letters)
        for move in step.split(" | "):
            side, kind = move.removesuffix("(open)").split()
            letters.append(compose(side, kind, known, packet="(open)" not in move, due=len(letters)))
    return letters


def differences(rule: Rule, way: str, state: str, owes: str | None, moves: dict[str, str]) -> list[str]:
    """Try every kind by either author, and tell where the rule does not do what the table says."""
    letters = told(way)
    at = rule.fold(letters, frozenset())
    found = [] if (at.state, at.owes) == (state, owes) else [f"{way}: {at.state} owed by {at.owes}"]
    for move in [f"{author} {kind}" for author in (F, R) for kind in KINDS]:
        author, _, kind = move.partition(" ")
        letter = compose(author, kind, letters, due=len(letters))
        leads = moves.get(move, state if move in BESIDE and state != "START" else "")
        then = rule.fold([*letters, letter], frozenset())
        if rule.admit(letters, letter) != ("admitted" if leads else "refused"):
            found.append(f"{way}: {move} is {rule.admit(letters, letter)}")
        if then.state != (leads or state) or (letter.id in then.crossed) == bool(leads):
            found.append(f"{way}: {move} leads to {then.state}")
    return found


@pytest.mark.parametrize("row", TABLE, ids=[f"{row[1]}: {row[0]}" for row in TABLE])
def test_each_kind_by_either_author_does_what_the_table_says(
    row: tuple[str, str, str | None, dict[str, str]],
) -> None:
    assert differences(Product(), *row) == []


def test_the_table_has_every_state() -> None:
    from ieumgil.referral.rules import State

    assert {row[1] for row in TABLE} == {state.value for state in State}


@pytest.mark.parametrize("row", TABLE, ids=[f"{row[1]}: {row[0]}" for row in TABLE])
def test_the_page_read_a_second_time_says_the_same(row: tuple[str, str, str | None, dict[str, str]]) -> None:
    assert differences(Page(), *row) == []


class TooKind(Page):
    """Lets a referrer answer a query by closing."""

    def target(self, spot: Spot, author: str, kind: str) -> str:
        return "CLOSED" if (spot.state, kind) == ("QUERIED", "close") else super().target(spot, author, kind)


class Forgetful(Page):
    """Lacks one move: a late arrival after closing."""

    def target(self, spot: Spot, author: str, kind: str) -> str:
        return "" if (spot.state, kind) == ("CLOSED", "arrived") else super().target(spot, author, kind)


@pytest.mark.parametrize("rule", [TooKind(), Forgetful()], ids=["one move too many", "one move missing"])
def test_one_wrong_move_would_be_noticed(rule: Rule) -> None:
    assert [row[0] for row in TABLE if differences(rule, *row)]


def test_an_escalation_in_the_state_of_a_query_leaves_the_query_open() -> None:
    letters = told("F refer, R accept, R query, R opened, F escalate, R escalate")
    assert Product().fold(letters).state == "QUERIED"
    assert Product().fold([*letters, compose(F, "reply", letters)]).state == "ACCEPTED"


@pytest.mark.parametrize(
    ("letter", "verdict"),
    [
        (Letter("9", F, 2, None, ("1",), "close"), "refused"),
        (Letter("9", F, 1, "1", ("1",), "close"), "refused"),
        (Letter("9", F, 0, None, ("1",), "close"), "refused"),
        (Letter("9", F, 3, "1", ("1",), "close"), "refused"),
        (Letter("9", R, 2, "1", ("1",), "can-take"), "refused"),
        (Letter("9", F, 2, "1", ("8",), "close"), "waiting"),
        (Letter("9", F, 2, "8", ("1",), "close"), "waiting"),
        (Letter("9", F, 2, "1", ("1",), "close"), "admitted"),
    ],
)
def test_a_letter_follows_its_author_s_last_and_waits_for_all_it_names(letter: Letter, verdict: str) -> None:
    known = [Letter("1", F, 1, None, (), "enquiry")]
    assert Product().admit(known, letter) == Page().admit(known, letter) == verdict
