"""A packet before it is sent, as templates show it; and what changed since it was shown."""

from hashlib import sha256
from typing import Any

from ieumgil.consent.rules import Feedback
from ieumgil.kernel.canonical import canonical
from ieumgil.referral.actions.refer import Preview
from ieumgil.referral.queries.work import WorkItem
from ieumgil.referral.web.fields import held_by_category, told_by_category
from ieumgil.referral.web.referrer_forms import PacketForm

SENDABLE = ("OFFERED", "START")


def packet_context(preview: Preview) -> dict[str, Any]:
    """Give what a template shows of a packet before it is sent."""
    disclosure = preview.disclosure
    return {
        "preview": preview,
        "sent": told_by_category(disclosure.sent),
        "held": held_by_category(disclosure.held_back),
        "count": len(disclosure.sent),
        "before": marks(preview),
        "basis": preview.basis,
        "feedback": [code.value for code in Feedback if code in preview.feedback],
    }


def about(item: WorkItem) -> dict[str, Any]:
    """Give what stands at the top of each small page of a thread."""
    return {"item": item, "thread": item.thread, "case": item.case, "sendable": item.state in SENDABLE}


def marks(preview: Preview) -> str:
    """Give each field that is sent with a short mark of its value, to tell afterwards what changed."""
    sent = preview.disclosure.sent.items()
    return ",".join(f"{path}:{sha256(canonical({'v': value})).hexdigest()[:12]}" for path, value in sent)


def changes(form: PacketForm, preview: Preview) -> dict[str, list[str]]:
    """Say what a packet has lost, gained and has otherwise than on the page that was sent."""
    before, after = (_read_marks(text) for text in (str(form["before"].value() or ""), marks(preview)))
    return {
        "gone": sorted(before.keys() - after.keys()),
        "new": sorted(after.keys() - before.keys()),
        "other": sorted(path for path in before.keys() & after.keys() if before[path] != after[path]),
    }


def _read_marks(text: str) -> dict[str, str]:
    return dict(part.partition(":")[::2] for part in text.split(",") if ":" in part)
