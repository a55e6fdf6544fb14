"""The house rules that neither the linter nor the import contracts can say, each with a fault it must find."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator

import pytest

from tests.contracts.exceptions import NO_ENTRY, WITHOUT_ACTOR
from tests.support.source import Function, Module, expect_none, files, modules, name_of, parameters, planted

Check = Callable[[Iterable[Module]], Iterator[str]]

PURE = {"rules", "gate", "graph", "counting", "deadlines", "enquiry", "headers"}
LOOKS_AROUND = {
    *("asyncio", "http", "importlib", "io", "locale", "logging", "os", "pathlib", "random", "secrets"),
    *("shutil", "socket", "sqlite3", "subprocess", "tempfile", "threading", "time", "urllib"),
}
NOT_A_RULES_CALL = {"now", "today", "utcnow", "open", "print", "input", "eval", "exec", "uuid1", "uuid4"}
BROWSER = (
    "django.forms",
    "django.http",
    "django.shortcuts",
    "django.template",
    "django.urls",
    "django.views",
)
FACES = {"web", "api", "jobs", "commands"}
MANAGERS = {"objects", "_default_manager", "_base_manager"}
LOOSE = {"Any", "dict", "dict[str, Any]", "list", "object"}
# A row that the caller found for the actor, or a bundle whose signature and recipient the exchange has checked.
ALREADY_FOUND = {"row", "came"}
GETTEXT = re.compile(r"^(?:.+\.)?(?:_|n?p?gettext(?:_lazy)?)$")
UNNAMED = re.compile(r"%[sdifr]|\{\d*\}")
VAGUE = {"common", "core", "handlers", "helpers", "manager", "managers", "misc", "services", "utils"}
# Put together here, so that this file does not hold what it looks for.
REGISTRIES = tuple(
    ".".join(parts)
    for parts in (
        *(("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("crates", "io")),
        *(("deb.debian", "org"), ("archive.ubuntu", "com"), ("proxy.golang", "org")),
    )
) + tuple("-".join(parts) for parts in (("--index", "url"), ("--extra-index", "url")))


def rules_that_look_around(house: Iterable[Module]) -> Iterator[str]:
    for module in house:
        if module.kind not in PURE and module.room != "kernel":
            continue
        for name in module.imported():
            if name.split(".")[0] in LOOKS_AROUND:
                yield f"{module.path} imports {name}"
        for call in module.calls():
            if name_of(call).rpartition(".")[2] in NOT_A_RULES_CALL:
                yield f"{module.at(call)} calls {name_of(call)}"


def verbs_without_an_actor(house: Iterable[Module]) -> Iterator[str]:
    for module in house:
        if module.kind not in {"actions", "queries"}:
            continue
        for function in module.public_functions():
            name = f"{module.room}.{module.kind}.{function.name}"
            if not is_scoped(module, function) and name not in WITHOUT_ACTOR:
                yield f"{module.at(function)}: {name} does not take the actor first"


def is_scoped(module: Module, function: Function) -> bool:
    taken = parameters(function)
    # what the ground keeps (keys, ledgers, outboxes) is each one agency's; the rooms above have asked their gates
    first = {"actor", "agency", "actor_handle"} if module.room.startswith("ground.") else {"actor"}
    return bool(first & set(taken[:1]) or ALREADY_FOUND & set(taken))


def actions_without_an_entry(house: Iterable[Module]) -> Iterator[str]:
    known = list(house)
    for module in known:
        if module.kind != "actions":
            continue
        nearby = {f.name: f for other in known if other.room == module.room for f in other.functions()}
        for function in module.public_functions():
            name, taken = f"{module.room}.actions.{function.name}", parameters(function)
            if taken[:1] != ["actor"] or ALREADY_FOUND & set(taken) or name in NO_ENTRY:
                continue
            if not records(function, nearby):
                yield f"{module.at(function)}: {name} leaves no entry in the ledger"


def records(function: Function, nearby: dict[str, Function], seen: frozenset[str] = frozenset()) -> bool:
    called = {name_of(node).rpartition(".")[2] for node in ast.walk(function) if isinstance(node, ast.Call)}
    if called & {"attempt", "record"}:
        return True
    further = (called & nearby.keys()) - seen - {function.name}
    return any(records(nearby[name], nearby, seen | further) for name in further)


def files_that_know_the_browser(house: Iterable[Module]) -> Iterator[str]:
    for module in house:
        if module.kind in {"actions", "queries", "models"}:
            yield from (
                f"{module.path} imports {name}" for name in module.imported() if name.startswith(BROWSER)
            )


def faces_that_touch_tables(house: Iterable[Module]) -> Iterator[str]:
    for module in house:
        if module.kind not in FACES and module.room != "site":
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
                yield f"{module.at(node)} goes round the queries by {node.attr}"


def functions_without_a_promise(house: Iterable[Module]) -> Iterator[str]:
    for module in house:
        for function in module.public_functions():
            if not ast.get_docstring(function):
                yield f"{module.at(function)}: {function.name} has no docstring"


def loose_borders(house: Iterable[Module]) -> Iterator[str]:
    for module in house:
        if module.kind not in {"queries", "actions"}:
            continue
        for function in module.public_functions():
            notes = [
                function.returns,
                *(each.annotation for each in ast.walk(function.args) if isinstance(each, ast.arg)),
            ]
            if loose := LOOSE & {ast.unparse(note) for note in notes if note}:
                yield f"{module.at(function)}: {function.name} speaks in {', '.join(sorted(loose))}"


def words_that_cannot_be_translated(house: Iterable[Module]) -> Iterator[str]:
    for module in house:
        for call in module.calls():
            name = name_of(call)
            if not GETTEXT.match(name):
                continue
            texts = call.args[:-1] if name.rpartition(".")[2].startswith("n") else call.args
            for text in texts:
                if not isinstance(text, ast.Constant) or UNNAMED.search(str(text.value)):
                    yield f"{module.at(call)}: {ast.unparse(call)}"


def files_with_vague_names(house: Iterable[Module]) -> Iterator[str]:
    return (
        f"{module.path} says nothing" for module in house if VAGUE & set(module.path.with_suffix("").parts)
    )


def registries_named(texts: Iterable[tuple[str, bytes]]) -> Iterator[str]:
    needles = [registry.encode() for registry in REGISTRIES]
    for where, text in texts:
        yield from (f"{where} names {needle.decode()}" for needle in needles if needle in text.lower())


# The check, where the fault is planted, the fault, and the same without it.
PLANTED: list[tuple[Check, str, str, str]] = [
    (rules_that_look_around, "casefile/rules.py", "datetime.now(UTC)", "due_at(start, calendar)"),
    (rules_that_look_around, "ground/audit/gate.py", "import random", "import hashlib"),
    (rules_that_look_around, "referral/rules/fold.py", "open('x')", "fold(messages)"),
    (rules_that_look_around, "kernel/ids.py", "from os import environ", "from enum import StrEnum"),
    (
        verbs_without_an_actor,
        "casefile/actions.py",
        "def open_case(*, stage, actor): ...",
        "def open_case(actor, *, stage): ...",
    ),
    (
        verbs_without_an_actor,
        "consent/queries/grants.py",
        "def grants(case): ...",
        "def grants(actor, case): ...\ndef _one(case): ...",
    ),
    (
        actions_without_an_entry,
        "casefile/actions.py",
        "def open_case(actor): note()\ndef note(text): pass",
        "def open_case(actor): _open()\ndef _open():\n  with audit.attempt(): pass",
    ),
    (
        files_that_know_the_browser,
        "casefile/actions.py",
        "from django.http import HttpRequest",
        "from django.db import transaction",
    ),
    (faces_that_touch_tables, "casefile/web/views.py", "Case.objects.get()", "case(actor, id)"),
    (faces_that_touch_tables, "site/cli.py", "Case._default_manager", "cases(actor)"),
    (functions_without_a_promise, "consent/rules.py", "def f(): ...", "def f():\n  'Say.'\ndef _g(): ..."),
    (
        loose_borders,
        "consent/actions/record.py",
        "def f(a: int) -> dict[str, Any]: ...",
        "def f(a: int) -> dict[FieldPath, Json]: ...",
    ),
    (loose_borders, "casefile/queries.py", "def f(*, a: dict): ...", "def f(*, a: Grant): ..."),
    (words_that_cannot_be_translated, "consent/web.py", "_(f'{n} left')", "_('%(n)s left') % {'n': n}"),
    (words_that_cannot_be_translated, "consent/web.py", "gettext('%s left')", "gettext('all of 5% left')"),
    (
        words_that_cannot_be_translated,
        "consent/web.py",
        "ngettext(one, 'many', n)",
        "ngettext('one', 'many', n)",
    ),
    (files_with_vague_names, "casefile/utils.py", "", ""),
]
CHECKS = list(dict.fromkeys(check for check, *_ in PLANTED))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_house_has_no(check: Check) -> None:
    expect_none(check(modules()))


@pytest.mark.parametrize(("check", "path", "fault", "sound"), PLANTED)
def test_a_planted_fault_is_found(check: Check, path: str, fault: str, sound: str) -> None:
    assert list(check([planted(fault, f"ieumgil/{path}")]))
    if fault:
        assert not list(check([planted(sound, f"ieumgil/{path}")]))


def test_an_exception_is_only_listed_while_it_is_needed() -> None:
    there = {f"{m.room}.{m.kind}.{f.name}" for m in modules() for f in m.public_functions()}
    expect_none(sorted((WITHOUT_ACTOR.keys() | NO_ENTRY.keys()) - there))


def test_no_file_names_a_package_registry() -> None:
    expect_none(registries_named((str(path), path.read_bytes()) for path in files()))
    assert list(registries_named([("a lock file", f"https://{REGISTRIES[0]}/simple".encode())]))
