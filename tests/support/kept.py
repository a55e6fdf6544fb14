"""What two nodes hold after an exchange, and whether anything was lost, stands half, or stands twice.

`python -m tests.support.kept` prints the facts of the node whose environment it runs in.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256

from ieumgil.ground.audit.verify import verify

SAID = ("referral.enquiry", "referral.close")


@dataclass
class Facts:
    """What the tables of one node say; ids as text, entries of the ledgers as "action subject decision"."""

    messages: list[list[str]] = field(default_factory=list)  # id, author, kind, standing
    inbox: list[list[str]] = field(default_factory=list)  # id, kind, "receipted" or ""
    outbox: list[list[str]] = field(
        default_factory=list
    )  # id, digest of the sealed bytes, "kept", "refused" or ""
    clicks: dict[str, str] = field(default_factory=dict)  # the click's key: its message
    threads: dict[str, str] = field(default_factory=dict)  # thread: state, heads and last move by the fold
    untrue_rows: list[str] = field(default_factory=list)  # threads whose row is not what the fold says
    entries: dict[str, int] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)
    ledgers: dict[str, list[str]] = field(default_factory=dict)  # agency: lines for the verifier
    held: dict[str, list[str]] = field(default_factory=dict)  # partner: checkpoints of its ledger held here

    def ids(self, author: str) -> list[str]:
        """Give the ids of the messages of one side."""
        return [
            ident for ident, side, _, standing in self.messages if (side, standing) == (author, "admitted")
        ]

    def taken(self, kind: str) -> list[str]:
        """Give the ids of the bundles of a kind that were kept."""
        return [ident for ident, what, _ in self.inbox if what == kind]


@dataclass
class Verdict:
    """What is wrong between two nodes, in words, and how many messages the sender holds a receipt for."""

    acknowledged: int
    lost: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    apart: list[str] = field(default_factory=list)  # threads on which the two sides do not agree
    unsound: list[str] = field(
        default_factory=list
    )  # what the verifier says of a ledger, with the checkpoints that the other node holds of it

    def __str__(self) -> str:
        return (
            f"{self.acknowledged} acknowledged, lost {len(self.lost)}, half {len(self.half)}, "
            f"doubled {len(self.doubled)}"
        )


def judge(sender: Facts, receiver: Facts, told: Iterable[str] = (), again: int = 0) -> Verdict:
    """Compare two nodes after everything was delivered.

    `told` are threads that a worker was told had begun; `again` is how often a click that got no answer was repeated:
    it sends nothing twice, but being an attempt it leaves an entry.
    """
    return Verdict(
        acknowledged=len(_acknowledged(sender)),
        lost=[
            *_lost(sender, receiver),
            *(f"told to a worker: {each}" for each in set(told) - set(sender.threads)),
        ],
        half=[*_half_sent(sender, again), *_half_received(sender, receiver)],
        doubled=[*_doubled("sender", sender), *_doubled("receiver", receiver), *_clicked_twice(sender)],
        apart=[
            thread
            for thread in sender.threads.keys() | receiver.threads.keys()
            if sender.threads.get(thread) != receiver.threads.get(thread)
        ],
        unsound=[*_unsound(sender, receiver), *_unsound(receiver, sender)],
    )


def _acknowledged(sender: Facts) -> set[str]:
    return {ident for ident, _, status in sender.outbox if status == "kept"}


def _lost(sender: Facts, receiver: Facts) -> Iterator[str]:
    held = {*receiver.ids("F"), *receiver.taken("thread")}
    yield from (f"acknowledged: {ident}" for ident in _acknowledged(sender) - held)
    # The same bundle again gets the same receipt; another receipt for it means that the first was forgotten.
    again = len(sender.taken("receipt")) - sum(1 for *_, status in sender.outbox if status)
    yield from (f"acknowledged, forgotten and sent again: {number + 1} of {again}" for number in range(again))


def _half_sent(sender: Facts, again: int) -> Iterator[str]:
    said, laid = set(sender.ids("F")), {ident for ident, *_ in sender.outbox}
    yield from (f"said and not sent, or sent and not said: {ident}" for ident in said ^ laid)
    yield from (
        f"clicked without a message: {key}" for key, ident in sender.clicks.items() if ident not in said
    )
    for action in SAID:
        kind = action.rpartition(".")[2]
        messages = sum(1 for _, _, what, _ in sender.messages if what == kind)
        entries = sum(count for entry, count in sender.entries.items() if _is(entry, action))
        if not messages <= entries <= messages + again:
            yield f"{messages} messages and {entries} entries of {action}"
    accepted = sum(count for entry, count in sender.entries.items() if _is(entry, "bundle.accept"))
    if accepted != len(sender.taken("receipt")):
        yield f"{len(sender.taken('receipt'))} receipts and {accepted} entries of them"
    yield from (f"the sender's row is not its fold: {thread}" for thread in sender.untrue_rows)


def _half_received(sender: Facts, receiver: Facts) -> Iterator[str]:
    kept, taken = set(receiver.ids("F")), set(receiver.taken("thread"))
    yield from (f"taken and not kept, or kept and not taken: {ident}" for ident in kept ^ taken)
    yield from (
        f"kept without a receipt: {ident}"
        for ident, kind, given in receiver.inbox
        if kind == "thread" and not given
    )
    digests = {ident: digest for ident, digest, _ in sender.outbox}
    entries = {entry.split()[1] for entry in receiver.entries if _is(entry, "bundle.accept")}
    recorded = {ident for ident, digest in digests.items() if digest in entries}
    yield from (f"kept without an entry, or an entry without it: {ident}" for ident in recorded ^ kept)
    yield from (f"the receiver's row is not its fold: {thread}" for thread in receiver.untrue_rows)


def _doubled(who: str, facts: Facts) -> Iterator[str]:
    rows = Counter([ident for ident, *_ in facts.messages])
    bundles = Counter([ident for ident, *_ in facts.inbox])
    accepted = Counter(
        {entry: count for entry, count in facts.entries.items() if _is(entry, "bundle.accept")}
    )
    for what, counted in (("message", rows), ("bundle", bundles), ("entry", accepted)):
        yield from (f"{who}: {what} {ident} {count} times" for ident, count in counted.items() if count > 1)


def _clicked_twice(sender: Facts) -> Iterator[str]:
    enquiries = sum(1 for _, _, kind, _ in sender.messages if kind == "enquiry")
    if enquiries != len(sender.clicks):
        yield f"{len(sender.clicks)} clicks and {enquiries} enquiries"


def _unsound(facts: Facts, other: Facts) -> Iterator[str]:
    for agency, lines in facts.ledgers.items():
        yield from map(str, verify((line.encode() for line in lines), held=other.held.get(agency, ())))


def _is(entry: str, action: str) -> bool:
    return entry.startswith(f"{action} ") and entry.endswith(" allow")


def gather() -> Facts:
    """Read the facts of this process's node."""
    from ieumgil.ground.accounts.queries import hosted
    from ieumgil.ground.audit.models import LedgerEntry, PeerCheckpoint
    from ieumgil.ground.audit.queries import export
    from ieumgil.ground.exchange.models import Alarm, InboxItem, OutboxItem
    from ieumgil.kernel.ids import AgencyId
    from ieumgil.referral.models import MessageRow, Sent

    entries = Counter(
        f"{entry['action']} {entry['subject']} {entry['decision']}"
        for entry in map(json.loads, LedgerEntry.objects.values_list("entry", flat=True))
    )
    facts = Facts(
        messages=[
            list(row) for row in MessageRow.objects.values_list("message_id", "author", "kind", "standing")
        ],
        inbox=[
            [item.bundle_id, item.kind, "receipted" if item.receipt else ""]
            for item in InboxItem.objects.all()
        ],
        outbox=[
            [
                item.bundle_id,
                sha256(bytes(item.sealed)).hexdigest()[:32],
                json.loads(bytes(item.receipt))["status"] if item.receipt else "",
            ]
            for item in OutboxItem.objects.filter(kind="thread")
        ],
        clicks=dict(Sent.objects.values_list("key", "message_id")),
        entries=dict(entries),
        alarms=list(Alarm.objects.values_list("code", flat=True)),
        ledgers={
            str(agency.pk): [line.decode() for line in export(AgencyId(agency.pk))] for agency in hosted()
        },
    )
    for peer, note in PeerCheckpoint.objects.values_list("peer", "note"):
        facts.held.setdefault(str(peer), []).append(note)
    _fold(facts)
    return facts


def _fold(facts: Facts) -> None:
    from ieumgil.referral.actions.fold import messages_of
    from ieumgil.referral.models import ThreadRow
    from ieumgil.referral.queries.rows import position_of
    from ieumgil.referral.rules import fold

    for row in ThreadRow.objects.all():
        thread = fold(messages_of(row), frozenset(row.void))
        facts.threads[str(row.thread)] = f"{thread.state.value} {' '.join(thread.heads)} {thread.moved_by}"
        if (position_of(row), row.heads, row.moved_by) != (
            thread.position,
            list(thread.heads),
            thread.moved_by,
        ):
            facts.untrue_rows.append(str(row.thread))


if __name__ == "__main__":
    from ieumgil.site.cli import set_up

    set_up()
    sys.stdout.write(json.dumps(asdict(gather())))
