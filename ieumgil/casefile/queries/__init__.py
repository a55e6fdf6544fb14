"""Reads of cases: only what the actor's agency and team may see, each on record before it returns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID

from django.db.models import Q, QuerySet

from ieumgil.casefile.gate import ABSENT, CaseFacts, Verb, has_right, may, may_keep_words
from ieumgil.casefile.models import Case, Draft, Fact, Note
from ieumgil.casefile.models import Identity as IdentityRow
from ieumgil.casefile.queries.told import CasePage as CasePage
from ieumgil.casefile.queries.told import CaseView as CaseView
from ieumgil.casefile.queries.told import DraftLine as DraftLine
from ieumgil.casefile.queries.told import DraftView as DraftView
from ieumgil.casefile.queries.told import NoteView as NoteView
from ieumgil.casefile.rules import Identity, Stage, identity_fields, identity_from, names_of
from ieumgil.ground.audit.actions import attempt
from ieumgil.ground.audit.rules import AuditAction
from ieumgil.ground.vault import actions as vault
from ieumgil.ground.vault.queries import cases_with_name, destroyed, is_destroyed
from ieumgil.ground.vault.rules import Context, same_name
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.canonical import Json
from ieumgil.kernel.ids import AgencyId, CaseId, FieldPath, KeyId, WorkerId
from ieumgil.kernel.outcome import AbsentError, Deny, require

MAX_PAGE = 100
NOTES = FieldPath("notes.case")
R = TypeVar("R", Case, Draft)


class Subject(Protocol):
    """What can be told whom an attempt is about."""

    subject: str | None


@dataclass(frozen=True, slots=True)
class Reached:
    """A living case of the actor's agency, with what seals and opens its rows; for this room's own actions."""

    row: Case

    @property
    def key(self) -> KeyId:
        """The vault key that all of the case is sealed under."""
        return KeyId(self.row.key_id)

    @property
    def stage(self) -> Stage:
        """Where the case stands."""
        return Stage(self.row.stage)

    @property
    def facts(self) -> CaseFacts:
        """What the gate must know of it."""
        return CaseFacts(AgencyId(self.row.agency_id), WorkerId(self.row.holder_id), _team(self.row))

    def seal(self, row: IdentityRow | Fact | Note, field: str, value: Json) -> bytes:
        """Seal a value for its one place in the case; raises LockedAgencyError, ErasedError."""
        return vault.put_json(AgencyId(self.row.agency_id), self.key, _place(row, field), value)

    def open(self, row: IdentityRow | Fact | Note, field: str) -> Json:
        """Open what was sealed there; raises LockedAgencyError, ErasedError, TamperedError."""
        return vault.get_json(AgencyId(self.row.agency_id), self.key, _place(row, field), bytes(row.sealed))


def case(actor: Actor, case: CaseId) -> CaseView:
    """Give one case without the person; raises AbsentError, DeniedError, LockedAgencyError."""
    with attempt(actor, AuditAction.CASE_READ) as entry:
        return _view(reach(actor, case, Verb.READ, entry).row)


def cases(actor: Actor, *, after: str | None = None, limit: int = 50) -> CasePage:
    """Give a page of the actor's own cases, newest first, at most 100 however many there are.

    `after` is the one of the page before. Raises DeniedError, AbsentError for an `after` that never was.
    """
    with attempt(actor, AuditAction.CASE_LIST):
        require(has_right(actor, Verb.READ))
        size = max(1, min(limit, MAX_PAGE))
        rows = list(_beyond(_visible(actor), after)[: size + 1])
        return CasePage(
            tuple(map(_view, _alive(actor, rows[:size]))),
            _cursor(rows[size - 1]) if len(rows) > size else None,
        )


def identity(actor: Actor, case: CaseId) -> Identity | None:
    """Give who the person is, None if nothing is recorded; raises AbsentError, DeniedError, LockedAgencyError."""
    with attempt(actor, AuditAction.IDENTITY_READ) as entry:
        return _identity(reach(actor, case, Verb.READ, entry))


def facts(actor: Actor, case: CaseId) -> dict[FieldPath, Json]:
    """Give the fields of a case other than identity and notes.

    Raises AbsentError, DeniedError, LockedAgencyError.
    """
    with attempt(actor, AuditAction.FIELDS_READ) as entry:
        return _facts(reach(actor, case, Verb.READ, entry))


def notes(actor: Actor, case: CaseId) -> list[NoteView]:
    """Give the notes of a case, oldest first; raises AbsentError, DeniedError, LockedAgencyError."""
    with attempt(actor, AuditAction.NOTE_READ) as entry:
        return _notes(reach(actor, case, Verb.READ, entry))


def packet_fields(actor: Actor, case: CaseId) -> dict[FieldPath, Json]:
    """Give every field the case holds, also those that never leave: to hold back is the disclosure rule's task.

    Raises AbsentError, DeniedError, LockedAgencyError.
    """
    with attempt(actor, AuditAction.FIELDS_READ) as entry:
        reached = reach(actor, case, Verb.READ, entry)
        person, written = _identity(reached), _notes(reached)
        return {
            **(identity_fields(person) if person else {}),
            **_facts(reached),
            **({NOTES: [note.text for note in written]} if written else {}),
        }


def find_by_name(actor: Actor, name: str) -> list[CaseView]:
    """Give the actor's own cases whose person bears this full name in any recorded form, newest first.

    A frequent surname alone finds nothing (security page, c4), and no search finds a name that is not known.
    Raises DeniedError, LockedAgencyError.
    """
    with attempt(actor, AuditAction.NAME_SEARCH):
        require(has_right(actor, Verb.READ))
        likely = _visible(actor).filter(pk__in=cases_with_name(actor.agency, name))
        return [_view(row) for row in likely if _has_name(Reached(row), name)]


def drafts(actor: Actor) -> list[DraftView]:
    """Give the actor's own kept words, the newest 100 first; raises DeniedError, LockedAgencyError."""
    with attempt(actor, AuditAction.DRAFT_READ):
        require(may_keep_words(actor))
        rows = Draft.objects.filter(agency=actor.agency, worker=actor.worker).order_by("-at", "-pk")
        return [_draft(actor, row) for row in _alive(actor, rows[:MAX_PAGE])]


def kept(actor: Actor) -> list[DraftLine]:
    """Say which of the actor's own words were kept, the newest 100 first, without opening any; raises DeniedError."""
    with attempt(actor, AuditAction.DRAFT_READ):
        require(may_keep_words(actor))
        rows = Draft.objects.filter(agency=actor.agency, worker=actor.worker).order_by("-at", "-pk")[
            :MAX_PAGE
        ]
        return [DraftLine(row.pk, _case_of(row), row.subject, row.why, row.at) for row in _alive(actor, rows)]


def draft(actor: Actor, draft: UUID) -> DraftView:
    """Give words of the actor's own that were kept; raises AbsentError, DeniedError, LockedAgencyError."""
    with attempt(actor, AuditAction.DRAFT_READ):
        require(may_keep_words(actor))
        row = Draft.objects.filter(agency=actor.agency, worker=actor.worker, pk=draft).first()
        if row is None or is_destroyed(actor.agency, KeyId(row.key_id)):
            raise AbsentError
        return _draft(actor, row)


def key_of(actor: Actor, case: CaseId) -> KeyId:
    """Give the vault key of a case, for what another room keeps about it; the team or the agency's clock may ask.

    Nothing about the person is read. Raises AbsentError.
    """
    return reach(actor, case, Verb.KNOW).key


def version_of(actor: Actor, case: CaseId) -> int:
    """Give the version of a case, so that a page can see whether it changed; nothing about the person is read. AbsentError."""
    return reach(actor, case, Verb.KNOW).row.version


def handle_of(actor: Actor, case: CaseId) -> str:
    """Give the pseudonym of a case in the ledger; the team or the agency's clock may ask.

    Raises AbsentError, LockedAgencyError.
    """
    return vault.handle(actor.agency, key_of(actor, case))


def reach(actor: Actor, case: CaseId, verb: Verb, entry: Subject | None = None) -> Reached:
    """Give a case for this room's own actions; an entry learns its subject before the team is asked for.

    Raises DeniedError; AbsentError alike for no case, another agency's, another team's and an erased one.
    """
    require(has_right(actor, verb))
    reached = find(actor, case, entry)
    answer = may(actor, verb, reached.facts)
    if answer == Deny(ABSENT):
        raise AbsentError
    require(answer)
    return reached


def find(actor: Actor, case: CaseId, entry: Subject | None = None) -> Reached:
    """Give a living case of the actor's agency, whichever team's, for this room's own actions; AbsentError."""
    row = Case.objects.filter(agency=actor.agency, pk=case).prefetch_related("team").first()
    if row is None or is_destroyed(actor.agency, KeyId(row.key_id)):
        raise AbsentError
    if entry is not None:
        entry.subject = vault.handle(actor.agency, KeyId(row.key_id))
    return Reached(row)


def draft_place(actor: Actor, row: Draft) -> Context:
    """Give where kept words belong: in their case, or in the actor's agency where they are about none."""
    return Context("casefile.draft", "text", row.pk, row.case_id or actor.agency)


def _place(row: IdentityRow | Fact | Note, field: str) -> Context:
    return Context(f"casefile.{type(row).__name__.lower()}", field, row.pk, row.case_id)


def _visible(actor: Actor) -> QuerySet[Case]:
    own = Case.objects.filter(agency=actor.agency, team__worker=actor.worker)
    return own.order_by("-opened_at", "-pk").prefetch_related("team")


def _beyond(rows: QuerySet[Case], after: str | None) -> QuerySet[Case]:
    if after is None:
        return rows
    try:
        moment, _, last = after.partition("|")
        opened, key = datetime.fromisoformat(moment), UUID(last)
    except ValueError:
        raise AbsentError from None
    return rows.filter(Q(opened_at__lt=opened) | Q(opened_at=opened, pk__lt=key))


def _cursor(row: Case) -> str:
    return f"{row.opened_at.isoformat()}|{row.pk}"


def _team(row: Case) -> frozenset[WorkerId]:
    return frozenset(WorkerId(member.worker_id) for member in row.team.all())


def _view(row: Case) -> CaseView:
    return CaseView(
        CaseId(row.pk), row.ref, Stage(row.stage), WorkerId(row.holder_id), _team(row),
        row.opened_at, row.closed_at, row.version,
    )  # fmt: skip


def _identity(reached: Reached) -> Identity | None:
    row = IdentityRow.objects.filter(case=reached.row).first()
    if row is None:
        return None
    return identity_from(cast("Mapping[FieldPath, Any]", reached.open(row, "identity")))


def _facts(reached: Reached) -> dict[FieldPath, Json]:
    rows = Fact.objects.filter(case=reached.row).order_by("field")
    return {FieldPath(row.field): reached.open(row, row.field) for row in rows}


def _notes(reached: Reached) -> list[NoteView]:
    rows = Note.objects.filter(case=reached.row).order_by("at", "pk")
    return [NoteView(row.pk, str(reached.open(row, "text")), WorkerId(row.by_id), row.at) for row in rows]


def _has_name(reached: Reached, name: str) -> bool:
    person = _identity(reached)
    return person is not None and any(same_name(name, known) for known in names_of(person.name))


def _draft(actor: Actor, row: Draft) -> DraftView:
    text = vault.get(actor.agency, KeyId(row.key_id), draft_place(actor, row), bytes(row.sealed)).decode()
    return DraftView(row.pk, _case_of(row), row.subject, text, row.why, row.at)


def _case_of(row: Draft) -> CaseId | None:
    return CaseId(row.case_id) if row.case_id else None


def _alive(actor: Actor, rows: Iterable[R]) -> list[R]:
    """Leave out what went with its key; one question for all of them."""
    known = list(rows)
    gone = destroyed(actor.agency, [KeyId(row.key_id) for row in known])
    return [row for row in known if row.key_id not in gone]
