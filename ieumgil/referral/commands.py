"""The referral at the terminal: every verb of a thread, the work list, a packet, what is overdue."""

import json
from dataclasses import asdict, is_dataclass
from datetime import datetime, timedelta
from uuid import UUID

import click
from django.utils import timezone

from ieumgil.agreements.rules import Urgency
from ieumgil.consent.rules import DutyGround, LegalDuty
from ieumgil.ground.exchange.queries import agency_by_slug
from ieumgil.kernel.actor import Acting
from ieumgil.kernel.ids import CaseId, CategoryCode, FieldPath, PurposeCode, ThreadId
from ieumgil.referral.actions import answer, enquire, opened, overdue, recall, refer, settle
from ieumgil.referral.actions.say import Click
from ieumgil.referral.enquiry import Enquiry
from ieumgil.referral.queries import work

THREAD = click.argument("thread", type=click.UUID)
ONCE = click.option("--once", default=None, help="A key of your own: the same one again sends nothing twice.")
TIME = click.DateTime(["%Y-%m-%dT%H:%M:%S%z"])


@click.group("referral")
def referral() -> None:
    """Refer a person, answer, recall, close; see whose turn it is."""


@referral.command("enquire")
@click.argument("case", type=click.UUID)
@click.option("--to", required=True, help="The agency to ask, by its short name on the roll.")
@click.option("--urgency", type=click.Choice([u.value for u in Urgency]), required=True)
@click.option(
    "--about",
    required=True,
    help='What is asked, as JSON: {"need": "shelter", "region": "bada", …}; codes only.',
)
@ONCE
@click.pass_obj
def enquire_(
    acting: Acting, case: UUID, to: str, urgency: str, about: str, once: str | None
) -> dict[str, str]:
    """Ask an agency, without identity, whether it can take the person; the thread is the answer."""
    asked = {
        key: tuple(value) if isinstance(value, list) else value for key, value in json.loads(about).items()
    }
    begun = enquire.enquire(
        acting.actor,
        case=CaseId(case),
        to=agency_by_slug(to),
        enquiry=Enquiry(**asked),
        urgency=urgency,
        click=Click(once=once),
    )
    return {"thread": str(begun.thread), "message": begun.message}


@referral.command("can-take")
@THREAD
@click.option(
    "--hours", type=click.IntRange(1, 240), default=12, show_default=True, help="How long the place is kept."
)
@click.pass_obj
def can_take(acting: Acting, thread: UUID, hours: int) -> str:
    """Say that the person can be taken."""
    until = timezone.now() + timedelta(hours=hours)
    return answer.can_take(acting.actor, thread=ThreadId(thread), place_until=until)


@referral.command("cannot-take")
@THREAD
@click.option("--reason", required=True, help="A code: full, not-our-need, no-accessible-place, safety, …")
@click.option("--suggest", multiple=True, help="Another agency that might, by its short name.")
@click.pass_obj
def cannot_take(acting: Acting, thread: UUID, reason: str, suggest: tuple[str, ...]) -> str:
    """Say that the person cannot be taken."""
    others = tuple(agency_by_slug(slug) for slug in suggest)
    return answer.cannot_take(acting.actor, thread=ThreadId(thread), reason=reason, suggested=others)


@referral.command("preview")
@THREAD
@click.pass_obj
def preview(acting: Acting, thread: UUID) -> dict[str, object]:
    """Show the packet as the receiver will see it, and what is held back and why."""
    shown = refer.preview(acting.actor, thread=ThreadId(thread))
    held = [{"field": held.path, "why": held.reason_code.value} for held in shown.disclosure.held_back]
    return {"digest": shown.digest, "sent": dict(shown.disclosure.sent), "held_back": held}


@referral.command("refer")
@THREAD
@click.option("--shown", default=None, help="The digest of the preview: nothing else is sent.")
@ONCE
@click.pass_obj
def refer_(acting: Acting, thread: UUID, shown: str | None, once: str | None) -> str:
    """Refer the person, with the packet that consent and basis let through."""
    return refer.refer(acting.actor, thread=ThreadId(thread), shown=shown, click=Click(once=once))


@referral.command("refer-at-once")
@click.argument("case", type=click.UUID)
@click.option("--to", required=True)
@click.option("--purpose", required=True)
@click.option("--urgency", type=click.Choice([u.value for u in Urgency]), required=True)
@click.option(
    "--danger-article", default=None, help="Danger to life: the article of law; reviewed within 24 hours."
)
@click.option("--category", multiple=True, help="What the article reaches.")
@click.option(
    "--onward-of", type=click.UUID, default=None, help="The first thread, where this one refers onward."
)
@click.pass_obj
def refer_at_once(
    acting: Acting,
    case: UUID,
    to: str,
    purpose: str,
    urgency: str,
    danger_article: str | None,
    category: tuple[str, ...],
    onward_of: UUID | None,
) -> dict[str, str]:
    """Refer without an enquiry: where the agreement lets it be skipped, or in danger to life."""
    duty, worker = None, acting.actor.worker
    if danger_article and worker:
        duty = LegalDuty(
            danger_article,
            DutyGround.DANGER_TO_LIFE,
            frozenset(map(CategoryCode, category)),
            frozenset(),
            worker,
            timezone.now(),
        )
    begun = refer.refer_at_once(
        acting.actor,
        case=CaseId(case),
        to=agency_by_slug(to),
        purpose=PurposeCode(purpose),
        urgency=urgency,
        duty=duty,
        onward_of=onward_of,
    )
    return {"thread": str(begun.thread), "message": begun.message}


@referral.command("query")
@THREAD
@click.option("--question", prompt=True)
@ONCE
@click.pass_obj
def query(acting: Acting, thread: UUID, question: str, once: str | None) -> str:
    """Ask the referrer something."""
    return answer.query(acting.actor, thread=ThreadId(thread), question=question, click=Click(once=once))


@referral.command("reply")
@THREAD
@click.option("--text", default=None)
@click.option("--onward", type=click.Choice(["yes", "no"]), default=None)
@click.option("--with-packet", is_flag=True, help="Add what the person has agreed to since.")
@click.pass_obj
def reply(acting: Acting, thread: UUID, text: str | None, onward: str | None, with_packet: bool) -> str:  # noqa: FBT001
    """Answer a question, or a wish to refer onward."""
    said = refer.Answer(text, onward, with_packet)
    return refer.reply(acting.actor, thread=ThreadId(thread), answer=said)


@referral.command("accept")
@THREAD
@click.pass_obj
def accept(acting: Acting, thread: UUID) -> dict[str, str]:
    """Accept the referral; the receiver's own case is the answer."""
    message, case = answer.accept(acting.actor, thread=ThreadId(thread))
    return {"message": message, "case": str(case)}


@referral.command("decline")
@THREAD
@click.option("--reason", required=True)
@click.option("--suggest", multiple=True)
@click.pass_obj
def decline(acting: Acting, thread: UUID, reason: str, suggest: tuple[str, ...]) -> str:
    """Decline the referral."""
    others = tuple(agency_by_slug(slug) for slug in suggest)
    return answer.decline(acting.actor, thread=ThreadId(thread), reason=reason, suggested=others)


@referral.command("arrived")
@THREAD
@click.pass_obj
def arrived(acting: Acting, thread: UUID) -> str:
    """Say that the person is here."""
    return answer.arrived(acting.actor, thread=ThreadId(thread))


@referral.command("not-arrived")
@THREAD
@click.pass_obj
def not_arrived(acting: Acting, thread: UUID) -> str:
    """Say that the person has not come."""
    return answer.not_arrived(acting.actor, thread=ThreadId(thread))


@referral.command("progress")
@THREAD
@click.option("--code", required=True)
@click.pass_obj
def progress(acting: Acting, thread: UUID, code: str) -> str:
    """Tell the referrer how it goes, as far as the person agreed."""
    return answer.progress(acting.actor, thread=ThreadId(thread), code=code)


@referral.command("ask-onward")
@THREAD
@click.option("--to", required=True)
@click.option("--purpose", required=True)
@click.pass_obj
def ask_onward(acting: Acting, thread: UUID, to: str, purpose: str) -> str:
    """Ask whether the person may be referred onward."""
    return answer.ask_onward(
        acting.actor, thread=ThreadId(thread), to=agency_by_slug(to), purpose=PurposeCode(purpose)
    )


@referral.command("outcome")
@THREAD
@click.option("--code", required=True)
@click.pass_obj
def outcome(acting: Acting, thread: UUID, code: str) -> str:
    """Tell the referrer the outcome, as far as the person agreed."""
    return answer.outcome(acting.actor, thread=ThreadId(thread), code=code)


@referral.command("recall")
@THREAD
@click.option("--reason", type=click.Choice(["consent-withdrawn", "error", "danger"]), required=True)
@click.pass_obj
def recall_(acting: Acting, thread: UUID, reason: str) -> str:
    """Take the referral back."""
    return recall.recall(acting.actor, thread=ThreadId(thread), reason=reason)


@referral.command("erase")
@THREAD
@click.option("--keep", multiple=True, help="A field the person lets you keep, by consent given to you.")
@click.option("--law", nargs=2, multiple=True, help="What a law makes you keep, and the article.")
@click.pass_obj
def erase(acting: Acting, thread: UUID, keep: tuple[str, ...], law: tuple[tuple[str, str], ...]) -> str:
    """Destroy the keys of every packet of the thread, and say so."""
    kept = recall.Kept(frozenset(map(FieldPath, keep)), law)
    return recall.erase(acting.actor, thread=ThreadId(thread), keep=kept)


@referral.command("close")
@THREAD
@click.option("--reason", required=True)
@click.pass_obj
def close(acting: Acting, thread: UUID, reason: str) -> str:
    """Close the thread."""
    return enquire.close(acting.actor, thread=ThreadId(thread), reason=reason)


@referral.command("settle")
@THREAD
@click.option("--void", multiple=True, required=True, help="A message that does not stand.")
@click.pass_obj
def settle_(acting: Acting, thread: UUID, void: tuple[str, ...]) -> bool:
    """Sign which twins of a forked thread do not stand."""
    return settle.settle(acting.actor, thread=ThreadId(thread), void=frozenset(void))


@referral.command("packet")
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


@referral.command("look")
@THREAD
@click.pass_obj
def look(acting: Acting, thread: UUID) -> dict[str, object]:
    """Say where a thread stands and whose turn it is."""
    return _plain(work.look(acting.actor, ThreadId(thread)))


@referral.command("work")
@click.pass_obj
def work_(acting: Acting) -> list[dict[str, object]]:
    """List what your agency owes, by due time."""
    return [_plain(item) for item in work.work_list(acting.actor)]


@referral.command("thread")
@THREAD
@click.pass_obj
def thread_(acting: Acting, thread: UUID) -> dict[str, object]:
    """Show a thread as a conversation."""
    shown = work.conversation(acting.actor, ThreadId(thread))
    return {"item": _plain(shown.item), "turns": [_plain(turn) for turn in shown.turns]}


@referral.command("watched")
@click.pass_obj
def watched(acting: Acting) -> list[dict[str, object]]:
    """List, for the coordinator, what is overdue: no identity, language or need."""
    return [
        {
            "owed_by": str(row.owed_by),
            "state": row.state,
            "urgency": row.urgency,
            "level": row.level,
            "due": row.due_at,
        }
        for row in work.watched(acting.actor)
    ]


@referral.command("overdue")
@click.option("--as-of", type=TIME, default=None, help="Look from this moment (for drills); default now.")
def overdue_(as_of: datetime | None) -> int:
    """Tell the coordinators of every overdue step; gives how many."""
    return overdue.escalate_overdue(now=timezone.now(), as_of=as_of)


def _plain(value: object) -> dict[str, object]:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else {}


commands = [referral]
