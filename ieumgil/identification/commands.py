"""Identification at the terminal: a first responder's screening, a reviewer's reading."""

import json
from datetime import date, datetime
from uuid import UUID

import click
from django.utils import timezone

from ieumgil.identification import actions, queries
from ieumgil.identification.queries import Exploitation
from ieumgil.identification.rules import AgeFacts
from ieumgil.kernel.actor import Acting
from ieumgil.kernel.ids import CaseId

CASE = click.argument("case", type=click.UUID)


@click.group("identification")
def identification() -> None:
    """Screen, and read by the indicators: signs and reasons, never a score."""


@identification.command("questions")
@click.option("--language", type=click.Choice(["en", "ko"]), default="en")
def questions(language: str) -> list[dict[str, str]]:
    """List the questions of the screening (at most twelve)."""
    return [
        {"code": question.code, "ask": question.ko if language == "ko" else question.en}
        for question in queries.question_set().questions
    ]


@identification.command("screen")
@CASE
@click.option("--answers", required=True, help='JSON: {"brought": "yes", …}: yes, no, unknown, prefer-not.')
@click.option("--words", default="{}", help="JSON: the person's own words by question.")
@click.option("--born", type=click.DateTime(["%Y-%m-%d"]), default=None)
@click.option("--act-began", type=click.DateTime(["%Y-%m-%d"]), default=None)
@click.option("--maybe-child/--not-a-child", default=True, help="Whether the person may be under 18.")
@click.pass_obj
def screen(
    acting: Acting,
    *,
    case: UUID,
    answers: str,
    words: str,
    born: datetime | None,
    act_began: datetime | None,
    maybe_child: bool,
) -> dict[str, object]:
    """Record a screening; the conclusion and its reasons are the answer."""
    facts = AgeFacts(
        timezone.now().date(), born=_day(born), act_began=_day(act_began), may_be_child=maybe_child
    )
    view = actions.record_screening(
        acting.actor,
        case=CaseId(case),
        answers=json.loads(answers),
        own_words=json.loads(words),
        age_facts=facts,
    )
    found = view.conclusion
    return {
        "conclusion": found.code,
        "rule": found.rule,
        "age": found.age_status,
        "urgent": found.urgent,
        "reasons": [{"element": reason.element, "code": reason.code} for reason in found.reasons],
        "missing": [missing.element for missing in found.missing],
    }


@identification.command("read")
@CASE
@click.option(
    "--established", multiple=True, help="Code of an indicator that the reviewer finds established."
)
@click.option("--unknown", multiple=True, help="Code of an indicator that is still unknown.")
@click.option("--child", is_flag=True)
@click.option(
    "--exploitation",
    type=click.Choice([kind.value for kind in Exploitation]),
    default=Exploitation.LABOUR.value,
)
@click.pass_obj
def read(
    acting: Acting,
    *,
    case: UUID,
    established: tuple[str, ...],
    unknown: tuple[str, ...],
    child: bool,
    exploitation: str,
) -> dict[str, object]:
    """Record a reviewer's reading by the ILO indicators."""
    view = actions.record_reading(
        acting.actor,
        case=CaseId(case),
        established=established,
        unknown=unknown,
        as_child=child,
        exploitation=Exploitation(exploitation),
    )
    return {"outcome": view.reading.outcome, "because": view.reading.because, "age": view.reading.age}


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


commands = [identification]
