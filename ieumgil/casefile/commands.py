"""Cases at the terminal: open one, note something in it, find one by a full name."""

import json
from uuid import UUID

import click

from ieumgil.casefile import actions, queries
from ieumgil.casefile.rules import Stage, identity_from
from ieumgil.kernel.actor import Acting
from ieumgil.kernel.ids import CaseId, FieldPath

STAGES = [stage.value for stage in Stage if stage is not Stage.CLOSED]


@click.group("case")
def case() -> None:
    """Open, note and find cases."""


@case.command("open")
@click.option("--stage", type=click.Choice(STAGES), default=Stage.IDENTIFICATION.value, show_default=True)
@click.option("--note", default=None, help="What to note first.")
@click.pass_obj
def open_(acting: Acting, stage: str, note: str | None) -> CaseId:
    """Open a case; its id is the answer."""
    return actions.open_case(acting.actor, stage=Stage(stage), note=note)


# Words about a person are asked for, unless given: what stands on a command line stays in its history.
@case.command("note")
@click.argument("case_id", type=click.UUID)
@click.option("--text", prompt=True, help="The note.")
@click.pass_obj
def note(acting: Acting, case_id: UUID, text: str) -> UUID:
    """Add a note to a case; the note's id is the answer."""
    return actions.add_note(acting.actor, CaseId(case_id), text)


@case.command("record")
@click.argument("case_id", type=click.UUID)
@click.option(
    "--fields",
    prompt=True,
    help='JSON of field paths: {"identity.name": "…", "needs.languages": ["vi"]}; name null: not known.',
)
@click.pass_obj
def record(acting: Acting, case_id: UUID, fields: str) -> int:
    """Record who the person is and what is known; the case's new version is the answer."""
    said = {FieldPath(path): value for path, value in json.loads(fields).items()}
    identity = {path: value for path, value in said.items() if path.startswith("identity.")}
    rest = {path: value for path, value in said.items() if path not in identity}
    version = queries.case(acting.actor, CaseId(case_id)).version
    if identity:
        version = actions.record_identity(
            acting.actor, CaseId(case_id), identity_from(identity), version=version
        )
    if rest:
        version = actions.set_facts(acting.actor, CaseId(case_id), rest, version=version)
    return version


@case.command("join")
@click.argument("case_id", type=click.UUID)
@click.argument("worker")
@click.pass_obj
def join(acting: Acting, case_id: UUID, worker: str) -> None:
    """Take a colleague into the team of a case."""
    actions.join_team(acting.actor, CaseId(case_id), worker)


@case.command("find")
@click.option("--name", prompt=True, help="The full name, as the person gives it.")
@click.pass_obj
def find(acting: Acting, name: str) -> list[dict[str, str]]:
    """Find your own cases by a full name; codes, stages and ids are the answer."""
    found = queries.find_by_name(acting.actor, name)
    return [{"ref": view.ref, "stage": view.stage, "case": str(view.id)} for view in found]


commands = [case]
