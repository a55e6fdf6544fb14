"""A small mechanism on one node for tests: agencies with keys and cards on one roll, and a person's invented case."""

from datetime import datetime, timedelta
from uuid import uuid4

from ieumgil.casefile import actions as casefile
from ieumgil.casefile.rules import Identity, NameForm, PersonName, Script, Stage
from ieumgil.consent import actions as consent
from ieumgil.consent.rules import Feedback, Form, GivenBy, Grant, How, Leave
from ieumgil.ground.exchange.actions.deliver import deliver_due
from ieumgil.ground.exchange.actions.keys import make_keys
from ieumgil.ground.exchange.actions.roll import join_roll, sign_first_roll
from ieumgil.ground.exchange.cards import verify_card
from ieumgil.ground.exchange.keys import new_sign_key
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, CaseId, CategoryCode, FieldPath, GrantId, PurposeCode
from ieumgil.referral.enquiry import Enquiry

NODE = "http://127.0.0.1:9"
MARK = "MarkerShelterNine"
ENQUIRY = Enquiry(need="shelter", region="bada", languages=("vi",), age_band="25-34", sex="female")
CATEGORIES = ("identity", "contact", "safety", "needs")


def found_mechanism(agencies: list[AgencyId], coordinator: Actor, now: datetime) -> dict[AgencyId, bytes]:
    """Give every agency keys and a card and let the coordinator sign the first roll; gives the root keys."""
    roots = {agency: new_sign_key() for agency in agencies}
    cards = [make_keys(agency, root=root, node=NODE, now=now) for agency, root in roots.items()]
    sign_first_roll(coordinator, cards=cards, now=now)
    return roots


def join(signed_roll: dict[str, object], coordinator: AgencyId, now: datetime) -> None:
    """Join the roll as another node would."""
    card = next(c for c in map(verify_card, signed_roll["roll"]["cards"]) if c.agency == coordinator)  # type: ignore[index]
    join_roll(signed_roll, coordinator_root=card.root, now=now)  # type: ignore[arg-type]


def a_case(actor: Actor, now: datetime) -> CaseId:
    """Open the case of an invented person, with fields that may leave and fields that never do."""
    case = casefile.open_case(actor, stage=Stage.IDENTIFICATION, now=now)
    name = PersonName("예시가", (NameForm(Script.LATIN, "Yesiga Sampleword"),))
    version = casefile.record_identity(actor, case, Identity(name), version=1, now=now)
    facts = {
        FieldPath("contact.safe_channel"): "text message, never a call",
        FieldPath("safety.threats"): "threats by a recruiter",
        FieldPath("needs.languages"): ["vi"],
        FieldPath("health.urgent"): "none",
        FieldPath("shelter.address"): MARK,
    }
    casefile.set_facts(actor, case, facts, version=version, now=now)
    casefile.add_note(actor, case, f"a note that never leaves, {MARK}", now=now)
    return case


def give_leave(actor: Actor, case: CaseId, now: datetime) -> None:
    """Record the person's spoken leave to enquire."""
    consent.record_leave(actor, case, Leave("vi", How.READ_ALOUD, now))


def give_consent(
    actor: Actor,
    case: CaseId,
    to: AgencyId,
    now: datetime,
    *,
    categories: tuple[str, ...] = CATEGORIES,
    feedback: frozenset[Feedback] = frozenset(Feedback),
) -> GrantId:
    """Record the person's consent for one recipient."""
    grant = Grant(
        GrantId(uuid4()),
        1,
        frozenset({PurposeCode("shelter")}),
        frozenset({to}),
        frozenset(map(CategoryCode, categories)),
        frozenset(),
        given_at=now,
        until=now + timedelta(days=90),
        language="vi",
        how=How.READ_ALOUD,
        form=Form.SPOKEN,
        by_whom=GivenBy.PERSON,
        feedback=feedback,
    )
    return consent.record_grant(actor, case, grant, now=now).id


def carry(now: datetime) -> None:
    """Carry everything that waits, until nothing moves any more."""
    for _ in range(10):
        if not deliver_due(now=now).settled:
            return
