"""Triggers that refuse to change or remove what a ledger holds, on SQLite and on PostgreSQL."""

from collections.abc import Iterator

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Table, and the columns whose values no two rows share: SQLite's INSERT OR REPLACE removes such a row unseen by a delete trigger.
KEPT = {
    "audit_ledgerentry": ("agency_id", "seq"),
    "audit_checkpoint": ("agency_id", "size", "key"),
    "audit_peercheckpoint": ("agency_id", "peer", "size", "root"),
}
WORDS = "what a ledger holds is never changed or removed"

POSTGRESQL_FUNCTION = f"""
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'integrity_constraint_violation';
END
$$
"""


def sqlite(table: str, columns: tuple[str, ...]) -> Iterator[str]:
    same = " AND ".join(f"{column} IS NEW.{column}" for column in columns)
    refuse = f"SELECT RAISE(ABORT, '{WORDS}')"
    for verb in ("UPDATE", "DELETE"):
        yield f"CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table} BEGIN {refuse}; END"
    yield (
        f"CREATE TRIGGER {table}_refuse_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id IS NEW.id OR ({same})) BEGIN {refuse}; END"
    )


def postgresql(table: str) -> Iterator[str]:
    call = "EXECUTE FUNCTION audit_refuse_change()"
    yield f"CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {call}"
    yield f"CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}"


def refuse_change(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        statements = [line for table, columns in KEPT.items() for line in sqlite(table, columns)]
    else:
        statements = [POSTGRESQL_FUNCTION, *(line for table in KEPT for line in postgresql(table))]
    for statement in statements:
        schema_editor.execute(statement)


def allow_change(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take the triggers away: only ever to undo the migration, or for a test that tampers."""
    if schema_editor.connection.vendor == "sqlite":
        names = [f"{table}_refuse_{verb}" for table in KEPT for verb in ("update", "delete", "replace")]
        statements = [f"DROP TRIGGER {name}" for name in names]
    else:
        statements = [f"DROP TRIGGER {table}_refuse_{verb} ON {table}" for table in KEPT for verb in ("change", "truncate")]
        statements.append("DROP FUNCTION audit_refuse_change()")
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_ledger_and_checkpoints")]
    operations = [migrations.RunPython(refuse_change, allow_change)]
