"""A node of invented agencies with threads in care, on the database that the environment names."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import django
from django.core.management import call_command
from django.utils import timezone

from ieumgil.kernel.actor import Actor, AgencyClass
from ieumgil.kernel.ids import AgencyId, ThreadId

PASSPHRASE = "a passphrase for figures"  # noqa: S105  of invented agencies, gone when the run ends
_numbers = count(1)


@dataclass(frozen=True)
class Pair:
    """A referring police unit, a shelter, and threads between them in which the person has arrived."""

    police: Actor
    shelter: Actor
    threads: tuple[ThreadId, ...]

    def parts(self, number: int) -> Iterator["Pair"]:
        """Give the same two agencies, the threads dealt out."""
        for part in range(number):
            yield Pair(self.police, self.shelter, self.threads[part::number])


def found(sizes: list[int]) -> list[Pair]:
    """Make the database and a mechanism with so many pairs of agencies, each with so many threads in care."""
    django.setup()
    call_command("migrate", verbosity=0)
    from tests.support.mechanism import found_mechanism  # noqa: PLC0415  Django must be set up first

    now = timezone.now()
    coordinator = _worker(AgencyClass.COORDINATION)
    pairs = [(_worker(AgencyClass.ENFORCEMENT), _worker(AgencyClass.PROTECTION)) for _ in sizes]
    agencies = [actor.agency for pair in pairs for actor in pair]
    found_mechanism([*agencies, coordinator.agency], coordinator, now)
    return [
        Pair(police, shelter, tuple(_threads(police, shelter, size)))
        for (police, shelter), size in zip(pairs, sizes, strict=True)
    ]


def _worker(klass: AgencyClass) -> Actor:
    from ieumgil.ground.accounts import actions as accounts  # noqa: PLC0415  as above
    from ieumgil.ground.accounts.queries import actor_for  # noqa: PLC0415
    from ieumgil.ground.accounts.rules import Role  # noqa: PLC0415
    from ieumgil.ground.vault import actions as vault  # noqa: PLC0415

    slug = f"{klass.value}-{next(_numbers)}"
    agency = accounts.host_agency(slug=slug, name_en=slug, name_ko=slug, agency_class=klass)
    vault.create_kek(agency, PASSPHRASE)
    vault.unlock(agency, PASSPHRASE)
    roles = [Role.COORDINATOR] if klass is AgencyClass.COORDINATION else [Role.CASE_WORKER, Role.SUPERVISOR]
    accounts.invite_worker(agency=agency, handle=f"{slug}@example", display_name=slug, roles=roles)
    return actor_for(f"{slug}@example")


def _threads(police: Actor, shelter: Actor, size: int) -> Iterator[ThreadId]:
    from ieumgil.referral.actions import answer, enquire, refer  # noqa: PLC0415
    from tests.support.mechanism import ENQUIRY, a_case, carry, give_consent, give_leave  # noqa: PLC0415

    now = timezone.now()
    case = a_case(police, now)
    give_leave(police, case, now)
    give_consent(police, case, AgencyId(shelter.agency), now)
    for _ in range(size):
        thread = enquire.enquire(
            police, case=case, to=shelter.agency, enquiry=ENQUIRY, urgency="urgent"
        ).thread
        carry(timezone.now())
        answer.can_take(shelter, thread=thread, place_until=now + timedelta(hours=8))
        carry(timezone.now())
        refer.refer(police, thread=thread)
        carry(timezone.now())
        answer.accept(shelter, thread=thread)
        answer.arrived(shelter, thread=thread)
        carry(timezone.now())
        yield thread
