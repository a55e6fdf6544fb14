"""The name of an agency as the roll has it, asked once a page."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.utils.translation import get_language, gettext

from ieumgil.ground.exchange.queries import card_on_roll, cards_of
from ieumgil.kernel.ids import AgencyId
from ieumgil.kernel.outcome import AbsentError, DeniedError

Names = tuple[str, str]  # in Korean and in English
_asked: ContextVar[dict[AgencyId, Names | None] | None] = ContextVar("names of agencies", default=None)


@contextmanager
def asked_once() -> Iterator[None]:
    """Ask for each agency once while a page is made; between two pages nothing is remembered."""
    before = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(before)


def agency_name(agency: UUID | str) -> str:
    """Give the name in the language of the page; of one that has left, the name it had; neutral words for a stranger."""
    try:
        names = _names(AgencyId(agency if isinstance(agency, UUID) else UUID(agency)))
    except ValueError:
        names = None
    if names is None:
        return gettext("an agency that is not on the roll")
    return names[0] if get_language() == "ko" else names[1]


def _names(agency: AgencyId) -> Names | None:
    asked = _asked.get()
    if asked is None:
        return _look_up(agency)
    if agency not in asked:
        asked[agency] = _look_up(agency)
    return asked[agency]


def _look_up(agency: AgencyId) -> Names | None:
    try:
        card = card_on_roll(agency)
    except (DeniedError, AbsentError):
        kept = cards_of(agency)
        return (kept[0].name_ko, kept[0].name_en) if kept else None
    return card.name_ko, card.name_en
