"""Who may take in or suspend an agreement, and for whom it then counts."""

from collections.abc import Mapping

from ieumgil.agreements.rules import Basis, DataField, Purpose, may_be_loaded
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import AgencyId, FieldPath, PurposeCode
from ieumgil.kernel.outcome import Allow, Deny, Outcome
from ieumgil.kernel.permission import Permission


def may_load(
    actor: Actor,
    basis: Basis,
    coordinator: AgencyId | None,
    purposes: Mapping[PurposeCode, Purpose],
    fields: Mapping[FieldPath, DataField],
) -> Outcome:
    """Allow a party (for itself) or the coordinator (for all) to take in an agreement that widens nothing.

    Deny("no-right"), Deny("not-a-party"), or the code of `agreements.rules.may_be_loaded`.
    """
    right = actor.may(Permission.AGREEMENT_LOAD)
    if isinstance(right, Deny):
        return right
    if not (basis.binds(actor.agency) or speaks_for_the_parties(actor, coordinator)):
        return Deny("not-a-party")
    return may_be_loaded(basis, purposes, fields)


def speaks_for_the_parties(actor: Actor, coordinator: AgencyId | None) -> bool:
    """Say whether what the actor loads counts for every party: only a coordinator's, at the agency that coordinates."""
    return actor.agency == coordinator and isinstance(actor.may(Permission.COORDINATE), Allow)


def may_suspend(actor: Actor) -> Outcome:
    """Allow whoever holds AGREEMENT_LOAD to suspend what counts for the actor's own agency."""
    return actor.may(Permission.AGREEMENT_LOAD)
