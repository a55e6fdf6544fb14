"""What the referrer says at the terminal: enquire, refer, reply, recall, close."""

import json
from typing import Any
from uuid import UUID

import click
from django.utils import timezone

from ieumgil.agreements.rules import Urgency
from ieumgil.consent.rules import DutyGround, LegalDuty
from ieumgil.ground.exchange.queries import agency_by_slug
from ieumgil.kernel.actor import Acting
from ieumgil.kernel.ids import CaseId, CategoryCode, PurposeCode, ThreadId
from ieumgil.referral.actions import enquire, recall, refer
from ieumgil.referral.actions.say import Click
from ieumgil.referral.commands.options import ONCE, THREAD
from ieumgil.referral.enquiry import Enquiry


@click.command("enquire")
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
    said = json.loads(about).items()
    asked: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in said}
    begun = enquire.enquire(
        acting.actor,
        case=CaseId(case),
        to=agency_by_slug(to),
        enquiry=Enquiry(**asked),
        urgency=urgency,
        click=Click(once=once),
    )
    return {"thread": str(begun.thread), "message": begun.message}


@click.command("preview")
@THREAD
@click.pass_obj
def preview(acting: Acting, thread: UUID) -> dict[str, object]:
    """Show the packet as the receiver will see it, and what is held back and why."""
    shown = refer.preview(acting.actor, thread=ThreadId(thread))
    held = [{"field": held.path, "why": held.reason_code.value} for held in shown.disclosure.held_back]
    return {"digest": shown.digest, "sent": dict(shown.disclosure.sent), "held_back": held}


@click.command("refer")
@THREAD
@click.option("--shown", default=None, help="The digest of the preview: nothing else is sent.")
@ONCE
@click.pass_obj
def refer_(acting: Acting, thread: UUID, shown: str | None, once: str | None) -> str:
    """Refer the person, with the packet that consent and basis let through."""
    return refer.refer(acting.actor, thread=ThreadId(thread), shown=shown, click=Click(once=once))


@click.command("refer-at-once")
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


@click.command("reply")
@THREAD
@click.option("--text", default=None)
@click.option("--onward", type=click.Choice(["yes", "no"]), default=None)
@click.option("--with-packet", is_flag=True, help="Add what the person has agreed to since.")
@click.pass_obj
def reply(acting: Acting, *, thread: UUID, text: str | None, onward: str | None, with_packet: bool) -> str:
    """Answer a question, or a wish to refer onward."""
    said = refer.Answer(text, onward, with_packet)
    return refer.reply(acting.actor, thread=ThreadId(thread), answer=said)


@click.command("recall")
@THREAD
@click.option("--reason", type=click.Choice(["consent-withdrawn", "error", "danger"]), required=True)
@click.pass_obj
def recall_(acting: Acting, thread: UUID, reason: str) -> str:
    """Take the referral back."""
    return recall.recall(acting.actor, thread=ThreadId(thread), reason=reason)


@click.command("close")
@THREAD
@click.option("--reason", required=True)
@click.pass_obj
def close(acting: Acting, thread: UUID, reason: str) -> str:
    """Close the thread."""
    return enquire.close(acting.actor, thread=ThreadId(thread), reason=reason)


@click.command("let-go")
@THREAD
@click.pass_obj
def let_go(acting: Acting, thread: UUID) -> None:
    """Put a thread aside whose first message the other node refused; ask anew in a thread of its own."""
    enquire.let_go(acting.actor, thread=ThreadId(thread))


VERBS = (enquire_, preview, refer_, refer_at_once, reply, recall_, close, let_go)
