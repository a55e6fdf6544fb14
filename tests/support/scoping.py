"""How to ask each query of each room about somebody's things, and what an answer gives away."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from uuid import UUID, uuid4

from django.db.models import Model, QuerySet
from django.forms.models import model_to_dict

import ieumgil
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.outcome import AbsentError, DeniedError

Query = Callable[..., object]


@dataclass(frozen=True)
class One:
    """A query about one thing: whose it is, which thing, which one is gone for good, and how it is asked."""

    holder: str
    of: str
    ask: Callable[[Query, Actor, UUID], object]
    gone: str | None = None
    known_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Many:
    """A query that gives a list of the actor's own agency: whose list is not empty here, and how it is asked."""

    holder: str
    ask: Callable[[Query, Actor], object]


@dataclass(frozen=True)
class Given:
    """A query that reads no row by itself: it works on one that its caller has found; why that is safe."""

    why: str


@dataclass
class World:
    """Actors by name, the ids of things by name, and words that stand in things of the police unit and the shelter."""

    actors: dict[str, Actor]
    things: dict[str, UUID] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def marks(self) -> list[str]:
        """Give what must not stand in an answer to a stranger."""
        return [*self.words, *map(str, self.things.values())]


def query_modules() -> Iterator[ModuleType]:
    """Give the query modules of every room."""
    for found in pkgutil.walk_packages(ieumgil.__path__, "ieumgil."):
        if "queries" in found.name.split("."):
            yield importlib.import_module(found.name)


def asked_by_an_actor(module: ModuleType) -> Iterator[str]:
    """Give the public functions of a module whose first parameter is the actor, by their names within ieumgil."""
    for name, function in inspect.getmembers(module, inspect.isfunction):
        first = next(iter(inspect.signature(function).parameters), None)
        if function.__module__ == module.__name__ and not name.startswith("_") and first == "actor":
            yield f"{module.__name__.removeprefix('ieumgil.')}.{name}"


def found_now(name: str) -> Query:
    """Give a query as it is at this moment, planted faults and all."""
    module, _, function = name.rpartition(".")
    query: Query = getattr(importlib.import_module(f"ieumgil.{module}"), function)
    return query


def answered(query: Callable[[], object], ident: UUID | None = None) -> str:
    """Give all that whoever asked can tell, in one text; the id asked for is left out of it."""
    try:
        told = query()
    except (AbsentError, DeniedError) as refusal:
        return f"{refusal.code}: {refusal}"
    return text_of(told).replace(str(ident), "the id asked for")


def text_of(value: object) -> str:
    """Write an answer out to the last field."""
    if isinstance(value, Model):
        return f"{type(value).__name__} {value.pk} {model_to_dict(value)}"
    if isinstance(value, list | tuple | set | frozenset | QuerySet):
        return "[" + ", ".join(map(text_of, value)) + "]"
    return str(value)


def leaks_of_one(name: str, row: One, world: World) -> Iterator[str]:
    """Give how a query about one thing tells a stranger that it is there, or that one that is gone ever was."""
    query = found_now(name)
    for who, actor in world.actors.items():
        never = uuid4()
        as_never = answered(lambda q=query, a=actor, i=never: row.ask(q, a, i), never)  # type: ignore[misc]
        for thing in filter(None, (row.of, row.gone)):
            known = thing == row.of and who in {row.holder, *row.known_to}
            ident = world.things[thing]
            told = answered(lambda q=query, a=actor, i=ident: row.ask(q, a, i), ident)  # type: ignore[misc]
            if known and told == as_never:
                yield f"{name}: {who} does not reach {thing}, so nothing is shown here"
            if not known and told != as_never:
                yield f"{name}: {who} is told of {thing}: {told}"


def leaks_of_many(name: str, row: Many, world: World) -> Iterator[str]:
    """Give how a list tells a stranger of what is another agency's."""
    query = found_now(name)
    marks = world.marks()
    own = answered(lambda: row.ask(query, world.actors[row.holder]))
    if not any(mark in own for mark in marks):
        yield f"{name}: {row.holder} has nothing on the list, so nothing is shown here: {own}"
    told = answered(lambda: row.ask(query, world.actors["stranger"]))
    yield from (f"{name}: a stranger is told of {mark}" for mark in marks if mark in told)
