"""The name of an agency as the roll has it, asked once a page."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from uuid import UUID

from django.utils.translation import get_language, gettext, override

from ieumgil.ground.exchange.cards import AgencyCard
from ieumgil.ground.exchange.queries import cards_of, roll
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError

Names = tuple[str, str]  # in Korean and in English


class Asked:
    """What was asked while one page is made: the roll once, and once each agency that has left it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._names: dict[AgencyId, Names | None] = {}

    def names(self, agency: AgencyId) -> Names | None:
        """Give the names of an agency; None for a stranger."""
        if agency not in self._names:
            card = self._on_roll.get(agency)
            self._names[agency] = (card.name_ko, card.name_en) if card else _kept(agency)
        return self._names[agency]

    @cached_property
    def _on_roll(self) -> Mapping[AgencyId, AgencyCard]:
        try:
            listed = roll()
        except AbsentError:
            return {}
        return {ref: card for ref, card in listed.cards.items() if ref not in listed.revoked_agencies}


_asked: ContextVar[Asked | None] = ContextVar("names of agencies", default=None)


@contextmanager
def asked_once() -> Iterator[None]:
    """Ask for each agency once while a page is made; between two pages nothing is remembered."""
    before = _asked.set(Asked())
    try:
        yield
    finally:
        _asked.reset(before)


def agency_name(agency: UUID | str) -> str:
    """Give the name in the language of the page; of one that has left, the name it had; neutral words for a stranger."""
    try:
        names = (_asked.get() or Asked()).names(
            AgencyId(agency if isinstance(agency, UUID) else UUID(agency))
        )
    except ValueError:
        names = None
    if names is None:
        return gettext("an agency that is not on the roll")
    return names[0] if get_language() == "ko" else names[1]


def agency_name_in(agency: UUID | str, language: str) -> str:
    """Give the name for whoever reads another language than the page's: agencies have names in Korean and in English."""
    with override("ko" if language == "ko" else "en"):
        return agency_name(agency)


def _kept(agency: AgencyId) -> Names | None:
    kept = cards_of(agency)
    return (kept[0].name_ko, kept[0].name_en) if kept else None
