"""Verbs on a case: open it, write into it, move it on, close it, erase it."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from typing import cast
from uuid import UUID, uuid4

from django.utils import timezone

from ieumgil.casefile.actions.kept import drop_draft as drop_draft
from ieumgil.casefile.actions.kept import keep_draft as keep_draft
from ieumgil.casefile.gate import ABSENT, Verb, may_open, may_take_in
from ieumgil.casefile.models import Case, CaseTeam, Draft, Fact, Note
from ieumgil.casefile.models import Identity as IdentityRow
from ieumgil.casefile.queries import Reached, find, reach
from ieumgil.casefile.rules import (
    Identity,
    Stage,
    case_code,
    check_fields,
    check_reason,
    identity_fields,
    move,
    names_of,
    once_id,
)
from ieumgil.ground.accounts.queries import actor_for, ledger_handle
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.rules import KeyKind
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import AgencyId, CaseId, FieldPath, WorkerId
from ieumgil.kernel.outcome import AbsentError, DeniedError, Deny, StaleError, require

TRIES_A_WIDTH = 8


def open_case(
    actor: Actor,
    *,
    stage: Stage = Stage.IDENTIFICATION,
    note: str | None = None,
    once: str = "",
    now: datetime | None = None,
) -> CaseId:
    """Open a case under a key of its own, with the actor as holder and first of the team.

    The same `once`, the random key of the page that asks, gives the same case.
    Raises DeniedError ("no-right"; "no-such-move" for a case that would begin closed), LockedAgencyError.
    """
    moment = now or timezone.now()
    with attempt(actor, AuditAction.CASE_OPEN, now=now) as entry:
        require(may_open(actor))
        if stage is Stage.CLOSED:
            raise DeniedError("no-such-move")
        made = once_id("case", actor.worker, once) if once else uuid4()
        if once and Case.objects.filter(pk=made).exists():
            return CaseId(find(actor, CaseId(made), entry).row.pk)
        key = vault.new_key(actor.agency, KeyKind.CASE, now=now)
        entry.subject = vault.handle(actor.agency, key)
        row = Case(
            id=made, agency_id=actor.agency, ref=_free_ref(actor.agency), stage=stage.value, key_id=key
        )
        row.holder_id, row.opened_at = _worker(actor), moment
        row.save(force_insert=True)
        CaseTeam.objects.create(agency_id=actor.agency, case=row, worker_id=row.holder_id, since=moment)
        if note:
            _write_note(actor, Reached(row), note, moment, uuid4())
        return CaseId(row.pk)


def record_identity(
    actor: Actor, case: CaseId, identity: Identity, *, version: int, now: datetime | None = None
) -> int:
    """Record who the person is, in the place of what was recorded before; gives the case's new version.

    The case can then be found by every form of the name, and no longer by a name it had before.
    Raises AbsentError, DeniedError, LockedAgencyError; StaleError, with the words kept, if the case moved on.
    """
    fields = identity_fields(identity)
    with _writing(actor, case, AuditAction.IDENTITY_RECORD, words=_text(fields), now=now) as reached:
        _turn(reached, version)
        row = IdentityRow.objects.filter(case=reached.row).first()
        row = row or IdentityRow(agency_id=actor.agency, case=reached.row)
        row.sealed = reached.seal(row, "identity", _json(fields))
        row.save()
        vault.index_name(actor.agency, reached.key, reached.row.pk, names_of(identity.name))
        return version + 1


def set_facts(
    actor: Actor,
    case: CaseId,
    facts: Mapping[FieldPath, Json],
    *,
    version: int,
    reason: str | None = None,
    now: datetime | None = None,
) -> int:
    """Write fields other than identity and notes; null takes a field away. Gives the case's new version.

    `reason` is a code for the ledger. Raises ValueError for a path that is not "category.field" or has its own
    verb; else as `record_identity`.
    """
    check_fields(facts)
    with _writing(
        actor, case, AuditAction.FIELDS_RECORD, words=_text(facts), reason=reason, now=now
    ) as reached:
        _turn(reached, version)
        for path, value in facts.items():
            _write_fact(reached, path, value)
        return version + 1


def tell_duty(actor: Actor, case: CaseId, reason: str, *, now: datetime | None = None) -> None:
    """Put on record that the person was told what this worker must report, before status was asked.

    `reason` is the code of the duty. Raises ValueError for what is no code, AbsentError, DeniedError.
    """
    check_reason(reason)
    with attempt(actor, AuditAction.DUTY_TELL, reason=reason, now=now) as entry:
        reach(actor, case, Verb.WRITE, entry)


def add_note(actor: Actor, case: CaseId, text: str, *, once: str = "", now: datetime | None = None) -> UUID:
    """Add a note; notes stand side by side, so no version is named. Gives the note's id; the same click is one note.

    Raises AbsentError, DeniedError, LockedAgencyError; StaleError, with the words kept, if the case was closed.
    """
    with _writing(actor, case, AuditAction.NOTE_ADD, words=text, now=now) as reached:
        if not Case.objects.select_for_update().filter(pk=reached.row.pk, closed_at=None).exists():
            raise StaleError(None)
        made = once_id("note", actor.worker, case, once, text) if once else uuid4()
        if once and Note.objects.filter(pk=made).exists():
            return made
        return _write_note(actor, reached, text, now or timezone.now(), made)


def move_stage(actor: Actor, case: CaseId, stage: Stage, *, version: int, now: datetime | None = None) -> int:
    """Move a case to another stage, or open a closed one again; gives the case's new version.

    Raises AbsentError, DeniedError ("no-such-move"; closing is another verb), StaleError if the case moved on.
    """
    with _writing(actor, case, AuditAction.CASE_STAGE, now=now) as reached:
        _same_version(reached, version)
        require(Deny("no-such-move") if stage is Stage.CLOSED else move(reached.stage, stage))
        _turn(reached, version, also_closed=True, stage=stage.value, closed_at=None)
        return version + 1


def close_case(actor: Actor, case: CaseId, reason: str, *, version: int, now: datetime | None = None) -> int:
    """Close a case for a reason, which is a code such as "goal-reached"; gives the case's new version.

    Raises ValueError for what is no code, AbsentError, DeniedError ("no-such-move"), StaleError if it moved on.
    """
    check_reason(reason)
    with _writing(actor, case, AuditAction.CASE_CLOSE, reason=reason, now=now) as reached:
        _same_version(reached, version)
        require(move(reached.stage, Stage.CLOSED))
        _turn(reached, version, stage=Stage.CLOSED.value, closed_at=now or timezone.now())
        return version + 1


def join_team(actor: Actor, case: CaseId, worker: str, *, now: datetime | None = None) -> None:
    """Take a colleague, named by the handle that signs in, into the team of a case; twice is once.

    Raises AbsentError for no such worker or case in this agency, DeniedError ("not-oneself", or "no-right" of
    the colleague), LockedAgencyError.
    """
    with attempt(actor, AuditAction.CASE_TEAM, now=now) as entry:
        reached, newcomer = find(actor, case, entry), actor_for(worker)
        answer = may_take_in(actor, newcomer, reached.facts)
        if answer == Deny(ABSENT):
            raise AbsentError
        require(answer)
        joined = {"agency_id": actor.agency, "since": now or timezone.now()}
        CaseTeam.objects.get_or_create(case=reached.row, worker_id=_worker(newcomer), defaults=joined)


def erase_case(actor: Actor, case: CaseId, reason: str, *, now: datetime | None = None) -> None:
    """Erase a case for good: its key is destroyed, all that was sealed under it goes, a bare row stays.

    From then on every answer about it is that of a case that never was. `reason` is a code like "person-asked".
    Raises ValueError for what is no code, AbsentError, DeniedError ("not-holder").
    """
    check_reason(reason)
    with attempt(actor, AuditAction.CASE_ERASE, reason=reason, now=now) as entry:
        reached = reach(actor, case, Verb.ERASE, entry)
        for table in (IdentityRow, Fact, Note, Draft, CaseTeam):
            table.objects.filter(case=reached.row).delete()
        vault.destroy(ledger_handle(actor), actor.agency, reached.key, reason, now=now)


@contextmanager
def _writing(
    actor: Actor,
    case: CaseId,
    action: AuditAction,
    *,
    words: str | None = None,
    reason: str | None = None,
    now: datetime | None,
) -> Iterator[Reached]:
    try:
        with attempt(actor, action, reason=reason, now=now) as entry:
            yield reach(actor, case, Verb.WRITE, entry)
    except StaleError as stale:
        if words is None:
            raise
        # The attempt is undone by now; within another attempt, whoever opened that one keeps the words.
        kept = keep_draft(actor, text=words, why=stale.code, subject=action.value, case=case, now=now)
        raise StaleError(str(kept)) from stale


def _same_version(reached: Reached, version: int) -> None:
    if reached.row.version != version:
        raise StaleError(None)


def _turn(reached: Reached, version: int, *, also_closed: bool = False, **changes: object) -> None:
    rows = Case.objects.filter(pk=reached.row.pk, version=version)
    rows = rows if also_closed else rows.filter(closed_at=None)
    # One conditional update: of two writers who name the same version the database lets one through.
    if not rows.update(version=version + 1, **changes):
        raise StaleError(None)


def _write_fact(reached: Reached, path: FieldPath, value: Json) -> None:
    held = Fact.objects.filter(case=reached.row, field=path)
    if value is None:
        held.delete()
        return
    fact = held.first() or Fact(agency_id=reached.row.agency_id, case=reached.row, field=path)
    fact.sealed = reached.seal(fact, path, value)
    fact.save()


def _write_note(actor: Actor, reached: Reached, text: str, moment: datetime, made: UUID) -> UUID:
    note = Note(id=made, agency_id=actor.agency, case=reached.row, by_id=_worker(actor), at=moment)
    note.sealed = reached.seal(note, "text", text)
    note.save(force_insert=True)
    return note.pk


def _free_ref(agency: AgencyId) -> str:
    refs = (case_code(secrets.randbits(32), width=3 + tried // TRIES_A_WIDTH) for tried in count())
    return next(ref for ref in refs if not Case.objects.filter(agency=agency, ref=ref).exists())


def _worker(actor: Actor) -> WorkerId:
    return cast("WorkerId", actor.worker)  # the gate has refused the clock


def _json(fields: Mapping[FieldPath, Json]) -> dict[str, Json]:
    return {str(path): value for path, value in fields.items()}


def _text(fields: Mapping[FieldPath, Json]) -> str:
    return canonical(_json(fields)).decode()
