"""Consent at the terminal: record what the person said, withdraw it, see what counts."""

from datetime import timedelta
from uuid import UUID, uuid4

import click
from django.utils import timezone

from ieumgil.consent import actions, queries
from ieumgil.consent.rules import Feedback, Form, GivenBy, Grant, How, Leave, Refused, RefusedWhat
from ieumgil.kernel.actor import Acting
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, CaseId, CategoryCode, GrantId, PurposeCode

_CASE = click.argument("case_id", type=click.UUID)
_LANGUAGE = click.option("--language", required=True, help="Language it was explained in, such as vi.")
_HOW = click.option("--how", type=click.Choice([how.value for how in How]), default=How.READ_ALOUD.value)


@click.group("consent")
def consent() -> None:
    """Record and withdraw what people agreed to."""


@consent.command("give")
@_CASE
@click.option("--to", "recipients", type=click.UUID, multiple=True, required=True, help="Receiving agency.")
@click.option("--for", "purposes", multiple=True, required=True, help="Purpose, such as shelter.")
@click.option("--category", "categories", multiple=True, help="Data category, such as identity.")
@click.option("--named", multiple=True, help="Category that must be named: health, status.")
@click.option("--days", type=click.IntRange(1, 3660), default=90, show_default=True)
@click.option(
    "--by", "by_whom", type=click.Choice([by.value for by in GivenBy]), default=GivenBy.PERSON.value
)
@click.option("--of-child", is_flag=True)
@click.option("--written", is_flag=True, help="Written; otherwise spoken.")
@click.option("--feedback", type=click.Choice([kind.value for kind in Feedback]), multiple=True)
@_LANGUAGE
@_HOW
@click.pass_obj
def give(
    acting: Acting,
    *,
    case_id: UUID,
    recipients: tuple[UUID, ...],
    purposes: tuple[str, ...],
    categories: tuple[str, ...],
    named: tuple[str, ...],
    days: int,
    by_whom: str,
    of_child: bool,
    written: bool,
    feedback: tuple[str, ...],
    language: str,
    how: str,
) -> str:
    """Record a consent given now; its id is the answer."""
    now = timezone.now()
    said = Grant(
        id=GrantId(uuid4()),
        version=1,
        purposes=frozenset(map(PurposeCode, purposes)),
        recipients=frozenset(map(AgencyId, recipients)),
        categories=frozenset(map(CategoryCode, categories)),
        named_categories=frozenset(map(CategoryCode, named)),
        given_at=now,
        until=now + timedelta(days=days),
        language=language,
        how=How(how),
        form=Form.WRITTEN if written else Form.SPOKEN,
        by_whom=GivenBy(by_whom),
        of_child=of_child,
        feedback=frozenset(map(Feedback, feedback)),
    )
    kept = actions.record_grant(acting.actor, CaseId(case_id), said, now=now)
    return str(kept.id)


@consent.command("withdraw")
@_CASE
@click.argument("grant_id", type=click.UUID)
@click.pass_obj
def withdraw(acting: Acting, case_id: UUID, grant_id: UUID) -> None:
    """Withdraw a consent: sharing stops, help goes on."""
    actions.withdraw(acting.actor, CaseId(case_id), GrantId(grant_id))


@consent.command("refuse")
@_CASE
@click.option("--what", type=click.Choice([what.value for what in RefusedWhat]), required=True)
@_LANGUAGE
@_HOW
@click.pass_obj
def refuse(acting: Acting, *, case_id: UUID, what: str, language: str, how: str) -> None:
    """Record that the person said no; offers go on."""
    refused = Refused(RefusedWhat(what), language, How(how), timezone.now())
    actions.record_refusal(acting.actor, CaseId(case_id), refused)


@consent.command("leave")
@_CASE
@_LANGUAGE
@_HOW
@click.pass_obj
def leave(acting: Acting, *, case_id: UUID, language: str, how: str) -> None:
    """Record the person's leave to ask agencies without a name."""
    actions.record_leave(acting.actor, CaseId(case_id), Leave(language, How(how), timezone.now()))


@consent.command("live")
@_CASE
@click.pass_obj
def live(acting: Acting, case_id: UUID) -> list[dict[str, Json]]:
    """List the consents that count now: id, purposes, until when."""
    return [
        {"id": str(grant.id), "purposes": sorted(grant.purposes), "until": grant.until.isoformat()}
        for grant in queries.live_grants(acting.actor, CaseId(case_id))
    ]


commands = [consent]
