"""A node on PostgreSQL whose tables are full: clones of one real case with its thread, written by the database itself."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import AutoField, Model
from django.utils import timezone

from bench.node import Pair, found
from ieumgil.casefile.models import Case, CaseTeam
from ieumgil.ground.exchange.models import OutboxItem
from ieumgil.ground.vault.models import WrappedKey
from ieumgil.kernel.ids import ThreadId
from ieumgil.referral.actions import answer, refer
from ieumgil.referral.models import MessageRow, ThreadRow
from ieumgil.referral.queries.rows import case_of
from tests.support.mechanism import carry

QUESTIONS = 3
# Of ten threads six are closed, two wait for the receiver and two for the referrer; due within two weeks of today.
STATE = "CASE WHEN n % 10 < 6 THEN 'CLOSED' WHEN n % 10 < 8 THEN 'IN CARE' ELSE 'OFFERED' END"
OWES = "CASE WHEN n % 10 < 6 THEN '' WHEN n % 10 < 8 THEN 'R' ELSE 'F' END"
DUE = "CASE WHEN n % 10 < 6 THEN NULL ELSE now() + make_interval(mins => (n * 7919) % 40320 - 20160) END"


def full(cases: int) -> tuple[Pair, ThreadId]:
    """Give a pair of agencies of which the first has so many cases, and a real thread with questions and answers."""
    (pair,) = found([1])
    (thread,) = pair.threads
    for _ in range(QUESTIONS):
        _ask(pair, thread)
    _clone_all(ThreadRow.objects.get(agency_id=pair.police.agency, thread=thread), cases - 1)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return pair, thread


def _ask(pair: Pair, thread: ThreadId) -> None:
    answer.query(pair.shelter, thread=thread, question="Which hours are safe for a call?")
    carry(timezone.now())
    refer.reply(pair.police, thread=thread, answer=refer.Answer("After nine; a text message first."))
    carry(timezone.now() + timedelta(seconds=1))


def _clone_all(row: ThreadRow, number: int) -> None:
    case = Case.objects.get(pk=case_of(row))
    opened = "now() - make_interval(mins => n)"
    _clone(WrappedKey, number, f"id = '{case.key_id}'", id=_uuid("key"))
    ref = "'B' || lpad(n::text, 8, '0')"
    of_case = {"id": _uuid("case"), "key_id": _uuid("key"), "ref": ref, "opened_at": opened}
    _clone(Case, number, f"id = '{case.pk}'", **of_case)
    _clone(CaseTeam, number, f"case_id = '{case.pk}'", id=_uuid("team"), case_id=_uuid("case"))
    stands = {"state": STATE, "owes": OWES, "due_at": DUE, "opened_at": opened, "news": "NULL"}
    of_thread = {"id": _uuid("row"), "thread": _uuid("thread"), "case_id": _uuid("case")}
    _clone(ThreadRow, number, f"id = '{row.pk}'", **of_thread, **stands)
    said = {"content": "NULL", "content_key": "NULL"}  # deleted after 30 days, as in most of an old node
    of_message = {"message_id": _hash("o.message_id"), "thread_id": _uuid("row")}
    _clone(MessageRow, number, f"thread_id = '{row.pk}'", **of_message, **said)
    _clone(
        OutboxItem,
        number,
        f"subject = '{row.thread}' AND agency_id = '{row.agency_id}'",
        id="gen_random_uuid()",
        bundle_id=_hash("o.bundle_id"),
        subject=_uuid("thread"),
        seq="0",
        sealed="''::bytea",
    )


def _clone(model: type[Model], number: int, where: str, **new: str) -> None:
    fields: list[Any] = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
    columns = [field.column for field in fields]
    values = ", ".join(new.get(column, f'o."{column}"') for column in columns)
    names, table = ", ".join(f'"{column}"' for column in columns), model._meta.db_table
    clones = f"FROM {table} o CROSS JOIN generate_series(1, {number}) n WHERE o.{where}"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {values} {clones}")


def _uuid(kind: str) -> str:
    return f"md5('{kind}' || n)::uuid"


def _hash(of: str) -> str:
    return f"md5({of} || n) || md5(n || {of})"
