"""Who may take in or suspend an agreement."""

from collections.abc import Mapping

from ieumgil.agreements.rules import Basis, DataField, Purpose, may_be_loaded
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.ids import FieldPath, PurposeCode
from ieumgil.kernel.outcome import Deny, Outcome
from ieumgil.kernel.permission import Permission


def may_load(
    actor: Actor,
    basis: Basis,
    purposes: Mapping[PurposeCode, Purpose],
    fields: Mapping[FieldPath, DataField],
) -> Outcome:
    """Allow whoever holds AGREEMENT_LOAD to take in an agreement that widens nothing.

    Deny("no-right"), or the code of `agreements.rules.may_be_loaded`.
    """
    right = actor.may(Permission.AGREEMENT_LOAD)
    return right if isinstance(right, Deny) else may_be_loaded(basis, purposes, fields)


def may_suspend(actor: Actor) -> Outcome:
    """Allow whoever holds AGREEMENT_LOAD to suspend an agreement."""
    return actor.may(Permission.AGREEMENT_LOAD)
