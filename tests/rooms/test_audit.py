"""The ledger on a database: what is attempted is recorded, checkpoints are signed and partners' ones kept."""

from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from ieumgil.ground import rows
from ieumgil.ground.accounts.models import Agency
from ieumgil.ground.accounts.queries import clock, ledger_handle
from ieumgil.ground.audit import actions, queries
from ieumgil.ground.audit.actions import Alarm, BrokenLedgerError, attempt
from ieumgil.ground.audit.models import LedgerEntry, LedgerHead, PeerCheckpoint
from ieumgil.ground.audit.note import NoteError, open_checkpoint, origin_of, sign_checkpoint
from ieumgil.ground.audit.rules import AuditAction, commit_reason, from_base64, root_of
from ieumgil.ground.audit.verify import verify
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError, DeniedError, StaleError
from tests.support.ledger import START as NOW
from tests.support.ledger import fill, host, private_key, watcher

KEY = private_key()


@pytest.fixture
def worker(db: None) -> Actor:
    return watcher()


def decisions(actor: Actor) -> list[tuple[str, str]]:
    return [(entry.action, entry.decision) for entry in queries.entries(actor)]


# --- what is attempted is recorded ---


def test_what_is_done_is_recorded_with_it(worker: Actor) -> None:
    with attempt(worker, AuditAction.CASE_OPEN, purpose="shelter", reason="a call", now=NOW) as entry:
        entry.subject = "a-handle"
    (written,) = queries.entries(worker)
    assert (written.seq, written.t, written.action) == (1, "2026-11-01T03:00:00.000000Z", "case.open")
    assert (written.subject, written.purpose, written.decision) == ("a-handle", "shelter", "allow")
    assert written.actor == ledger_handle(worker)
    assert written.agency == str(worker.agency)
    assert written.reason_commit == commit_reason(from_base64(written.nonce), "a call")


def test_the_clock_is_recorded_as_the_clock(worker: Actor) -> None:
    with attempt(clock(worker.agency), AuditAction.CONSENT_LAPSE):
        pass
    assert queries.entries(worker)[0].actor == "clock"


def host_and_fail(worker: Actor, failure: Exception) -> None:
    with attempt(worker, AuditAction.CASE_OPEN) as entry:
        entry.subject = "a-handle"
        host("never-hosted")
        raise failure


@pytest.mark.parametrize(
    ("refusal", "code"),
    [(DeniedError("no-right"), "no-right"), (AbsentError(), "absent"), (StaleError(None), "moved-on")],
)
def test_what_is_refused_is_undone_and_recorded(worker: Actor, refusal: Exception, code: str) -> None:
    with pytest.raises(type(refusal)):
        host_and_fail(worker, refusal)
    assert not Agency.objects.filter(slug="never-hosted").exists()
    assert decisions(worker) == [("case.open", code)]
    assert queries.entries(worker)[0].subject == "a-handle"


def test_what_breaks_is_undone_and_not_recorded(worker: Actor) -> None:
    with pytest.raises(ZeroDivisionError):
        host_and_fail(worker, ZeroDivisionError())
    assert not Agency.objects.filter(slug="never-hosted").exists()
    assert decisions(worker) == []


def test_where_nothing_can_be_recorded_nothing_is_done(
    worker: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise DatabaseError

    returned = []
    with monkeypatch.context() as broken:
        broken.setattr(rows, "add", fail)
        with pytest.raises(DatabaseError), attempt(worker, AuditAction.CASE_READ):
            host("never-hosted")
        with pytest.raises(DatabaseError):
            returned.append(read_something(worker))
    assert not Agency.objects.filter(slug="never-hosted").exists()
    assert not returned
    assert read_something(worker)  # control: it does return where it can be recorded


def read_something(worker: Actor) -> str:
    with attempt(worker, AuditAction.CASE_READ):
        return Agency.objects.get(pk=worker.agency).slug


def test_an_entry_that_has_no_form_is_not_written_and_nothing_is_done(worker: Actor) -> None:
    with (
        pytest.raises(ValueError, match="subject is text"),
        attempt(worker, AuditAction.CASE_OPEN, subject=""),
    ):
        host("never-hosted")
    assert not Agency.objects.filter(slug="never-hosted").exists()


def test_an_attempt_within_an_attempt_is_undone_with_it_and_both_refusals_are_kept(worker: Actor) -> None:
    def refer() -> None:
        with attempt(worker, AuditAction.REFERRAL_REFER):
            with attempt(worker, AuditAction.CASE_READ):
                pass
            with attempt(worker, AuditAction.CONSENT_READ):
                raise DeniedError("no-consent")

    with pytest.raises(DeniedError):
        refer()
    assert decisions(worker) == [("consent.read", "no-consent"), ("referral.refer", "no-consent")]


def test_a_refusal_within_an_attempt_is_kept_where_the_outer_one_goes_on(worker: Actor) -> None:
    with attempt(worker, AuditAction.REFERRAL_LIST):
        with pytest.raises(AbsentError), attempt(worker, AuditAction.CASE_READ):
            raise AbsentError
        with attempt(worker, AuditAction.REFERRAL_READ):
            pass
    assert sorted(decisions(worker)) == [
        ("case.read", "absent"),
        ("referral.list", "allow"),
        ("referral.read", "allow"),
    ]


def test_an_attempt_refuses_to_stand_in_a_transaction_that_could_undo_its_refusals(worker: Actor) -> None:
    with pytest.raises(RuntimeError), transaction.atomic(), attempt(worker, AuditAction.CASE_OPEN):
        pass
    assert decisions(worker) == []


def test_another_agencys_ledger_is_its_own(worker: Actor) -> None:
    stranger = watcher("narae-police")
    with attempt(worker, AuditAction.CASE_OPEN):
        pass
    assert decisions(stranger) == []
    assert queries.head(stranger.agency)[0] == 0
    with pytest.raises(DeniedError):
        queries.entries(clock(worker.agency))


def test_entries_are_given_by_page_action_and_subject(worker: Actor) -> None:
    for number in range(6):
        with attempt(worker, AuditAction.CASE_READ if number % 2 else AuditAction.CASE_OPEN) as entry:
            entry.subject = f"handle-{number % 3}"
    assert [entry.seq for entry in queries.entries(worker, after=2, limit=3)] == [3, 4, 5]
    assert [entry.seq for entry in queries.entries(worker, action=AuditAction.CASE_READ)] == [2, 4, 6]
    assert [entry.seq for entry in queries.entries(worker, subject="handle-0")] == [1, 4]


def test_the_head_is_the_merkle_tree_over_the_entries(worker: Actor) -> None:
    fill(worker, 7)
    leaves = [bytes(row.leaf_hash) for row in LedgerEntry.objects.order_by("seq")]
    assert queries.head(worker.agency) == (7, root_of(leaves))


# --- checkpoints ---


def test_a_checkpoint_is_signed_once_while_the_ledger_does_not_grow(worker: Actor) -> None:
    fill(worker, 3)
    note = actions.checkpoint(worker.agency, KEY, now=NOW)
    assert actions.checkpoint(worker.agency, KEY) == note
    told = open_checkpoint(KEY.public_key(), note)
    assert (told.origin, told.size, told.root) == (origin_of(worker.agency), *queries.head(worker.agency))
    fill(worker, 1)
    assert actions.checkpoint(worker.agency, KEY) != note
    assert queries.entries(worker)[3].prev_checkpoint is not None
    assert verify(queries.export(worker.agency), keys=[KEY.public_key()], held=[note]) == []


def test_a_new_key_signs_the_same_size_anew(worker: Actor) -> None:
    new = private_key("next year's")
    fill(worker, 3)
    notes = [actions.checkpoint(worker.agency, key, now=NOW) for key in (KEY, new)]
    assert open_checkpoint(new.public_key(), notes[1]).size == 3
    assert verify(queries.export(worker.agency)) == []
    both = [KEY.public_key(), new.public_key()]
    assert verify(queries.export(worker.agency), keys=both, held=notes) == []


def test_a_ledger_that_went_back_signs_nothing(worker: Actor) -> None:
    fill(worker, 3)
    actions.checkpoint(worker.agency, KEY)
    LedgerHead.objects.update(size=0, frontier=b"")
    with pytest.raises(BrokenLedgerError):
        actions.checkpoint(worker.agency, KEY)
    LedgerHead.objects.update(size=3, frontier=bytes(64))
    with pytest.raises(BrokenLedgerError):
        actions.checkpoint(worker.agency, KEY)


def test_a_partners_checkpoint_that_contradicts_an_earlier_one_raises_an_alarm(worker: Actor) -> None:
    peer = AgencyId(uuid4())

    def keep(size: int, root: bytes, *, late: bool = False) -> Alarm | None:
        note = sign_checkpoint(KEY, origin_of(peer), size, root)
        return actions.keep_peer_checkpoint(worker.agency, peer, note, KEY.public_key(), late=late)

    assert keep(5, b"a" * 32) is None
    assert keep(5, b"a" * 32) is None
    assert keep(9, b"b" * 32) is None
    assert keep(5, b"c" * 32) is Alarm.SPLIT
    assert keep(5, b"c" * 32, late=True) is Alarm.SPLIT
    assert keep(7, b"d" * 32, late=True) is None
    assert keep(8, b"e" * 32) is Alarm.WENT_BACK
    assert PeerCheckpoint.objects.count() == 5
    assert decisions(worker) == [("ledger.alarm", code) for code in ("split", "split", "went-back")]
    assert len(list(queries.held(worker.agency, peer))) == 5
    assert list(queries.held(worker.agency, uuid4())) == []


def test_a_checkpoint_of_another_ledger_or_key_is_not_kept(worker: Actor) -> None:
    peer, other = AgencyId(uuid4()), AgencyId(uuid4())
    note = sign_checkpoint(KEY, origin_of(other), 5, bytes(32))
    with pytest.raises(NoteError, match="another ledger"):
        actions.keep_peer_checkpoint(worker.agency, peer, note, KEY.public_key())
    with pytest.raises(NoteError, match="no signature"):
        actions.keep_peer_checkpoint(worker.agency, other, note, private_key("x").public_key())
    assert not PeerCheckpoint.objects.exists()
