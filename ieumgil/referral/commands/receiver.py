"""What the receiver says at the terminal: can take, accept, arrived, outcome; and how it opens and erases a packet."""

from datetime import timedelta
from uuid import UUID

import click
from django.utils import timezone

from ieumgil.ground.exchange.queries import agency_by_slug
from ieumgil.kernel.actor import Acting
from ieumgil.kernel.ids import FieldPath, PurposeCode, ThreadId
from ieumgil.referral.actions import answer, opened, recall
from ieumgil.referral.actions.say import Click
from ieumgil.referral.commands.options import ONCE, THREAD


@click.command("can-take")
@THREAD
@click.option(
    "--hours", type=click.IntRange(1, 240), default=12, show_default=True, help="How long the place is kept."
)
@click.pass_obj
def can_take(acting: Acting, thread: UUID, hours: int) -> str:
    """Say that the person can be taken."""
    until = timezone.now() + timedelta(hours=hours)
    return answer.can_take(acting.actor, thread=ThreadId(thread), place_until=until)


@click.command("cannot-take")
@THREAD
@click.option("--reason", required=True, help="A code: full, not-our-need, no-accessible-place, safety, …")
@click.option("--suggest", multiple=True, help="Another agency that might, by its short name.")
@click.pass_obj
def cannot_take(acting: Acting, thread: UUID, reason: str, suggest: tuple[str, ...]) -> str:
    """Say that the person cannot be taken."""
    others = tuple(agency_by_slug(slug) for slug in suggest)
    return answer.cannot_take(acting.actor, thread=ThreadId(thread), reason=reason, suggested=others)


@click.command("query")
@THREAD
@click.option("--question", prompt=True)
@ONCE
@click.pass_obj
def query(acting: Acting, thread: UUID, question: str, once: str | None) -> str:
    """Ask the referrer something."""
    return answer.query(acting.actor, thread=ThreadId(thread), question=question, click=Click(once=once))


@click.command("accept")
@THREAD
@click.pass_obj
def accept(acting: Acting, thread: UUID) -> dict[str, str]:
    """Accept the referral; the receiver's own case is the answer."""
    message, case = answer.accept(acting.actor, thread=ThreadId(thread))
    return {"message": message, "case": str(case)}


@click.command("decline")
@THREAD
@click.option("--reason", required=True)
@click.option("--suggest", multiple=True)
@click.pass_obj
def decline(acting: Acting, thread: UUID, reason: str, suggest: tuple[str, ...]) -> str:
    """Decline the referral."""
    others = tuple(agency_by_slug(slug) for slug in suggest)
    return answer.decline(acting.actor, thread=ThreadId(thread), reason=reason, suggested=others)


@click.command("arrived")
@THREAD
@click.pass_obj
def arrived(acting: Acting, thread: UUID) -> str:
    """Say that the person is here."""
    return answer.arrived(acting.actor, thread=ThreadId(thread))


@click.command("not-arrived")
@THREAD
@click.pass_obj
def not_arrived(acting: Acting, thread: UUID) -> str:
    """Say that the person has not come."""
    return answer.not_arrived(acting.actor, thread=ThreadId(thread))


@click.command("progress")
@THREAD
@click.option("--code", required=True)
@click.pass_obj
def progress(acting: Acting, thread: UUID, code: str) -> str:
    """Tell the referrer how it goes, as far as the person agreed."""
    return answer.progress(acting.actor, thread=ThreadId(thread), code=code)


@click.command("ask-onward")
@THREAD
@click.option("--to", required=True)
@click.option("--purpose", required=True)
@click.pass_obj
def ask_onward(acting: Acting, thread: UUID, to: str, purpose: str) -> str:
    """Ask whether the person may be referred onward."""
    return answer.ask_onward(
        acting.actor, thread=ThreadId(thread), to=agency_by_slug(to), purpose=PurposeCode(purpose)
    )


@click.command("outcome")
@THREAD
@click.option("--code", required=True)
@click.pass_obj
def outcome(acting: Acting, thread: UUID, code: str) -> str:
    """Tell the referrer the outcome, as far as the person agreed."""
    return answer.outcome(acting.actor, thread=ThreadId(thread), code=code)


@click.command("packet")
@THREAD
@click.option("--for", "purpose", required=True, help="The purpose it is read for.")
@click.pass_obj
def packet(acting: Acting, thread: UUID, purpose: str) -> dict[str, object]:
    """Open a received packet; the opening stands in the ledger first."""
    view = opened.open_packet(acting.actor, thread=ThreadId(thread), asked_for=PurposeCode(purpose))
    return {
        "purpose": view.purpose,
        "fields": dict(view.fields),
        "feedback": sorted(view.feedback),
        "not_after": view.not_after,
    }


@click.command("erase")
@THREAD
@click.option("--keep", multiple=True, help="A field the person lets you keep, by consent given to you.")
@click.option("--law", nargs=2, multiple=True, help="What a law makes you keep, and the article.")
@click.pass_obj
def erase(acting: Acting, thread: UUID, keep: tuple[str, ...], law: tuple[tuple[str, str], ...]) -> str:
    """Destroy the keys of every packet of the thread, and say so."""
    kept = recall.Kept(frozenset(map(FieldPath, keep)), law)
    return recall.erase(acting.actor, thread=ThreadId(thread), keep=kept)


VERBS = (
    can_take,
    cannot_take,
    query,
    accept,
    decline,
    arrived,
    not_arrived,
    progress,
    ask_onward,
    outcome,
    packet,
    erase,
)
