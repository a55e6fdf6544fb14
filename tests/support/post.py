"""What lies between the agencies of one node in tests: bundles to carry, lose, look into and forge, and a count of rows."""

from collections.abc import Iterable, Mapping
from typing import cast

from django.apps import apps

from ieumgil.ground.exchange import queries, seal
from ieumgil.ground.exchange.actions.keys import keyring, seal_key
from ieumgil.ground.exchange.models import OutboxItem
from ieumgil.ground.exchange.rules import size_class
from ieumgil.ground.exchange.seal import Inner
from ieumgil.kernel.canonical import Json, canonical
from ieumgil.kernel.ids import AgencyId

ROOMS = ("exchange", "referral", "vault")
REFUSAL = {"exchange.Refused": 1}


def sent_by(agency: AgencyId, *, waiting: bool = True) -> list[OutboxItem]:
    """Give what an agency has laid in its outbox, in the order in which it did."""
    items = OutboxItem.objects.filter(agency_id=agency).order_by("made_at", "peer", "seq")
    return list(items.filter(state=OutboxItem.State.WAITING) if waiting else items)


def opened(sealed: bytes, receiver: AgencyId) -> Inner:
    """Open a bundle with its receiver's key, as only the receiver can."""
    key = queries.key_named(seal.peek(sealed).key_id)
    assert key is not None
    return seal.open_bundle(sealed, private_key=seal_key(key), recipient=receiver).inner


def contents(items: Iterable[OutboxItem]) -> list[str]:
    """Give all that receivers can read in these bundles, as one text each."""
    inners = (opened(bytes(item.sealed), AgencyId(item.peer)) for item in items)
    return [canonical(cast("Mapping[str, Json]", inner)).decode() for inner in inners]


def forged(
    item: OutboxItem, changes: Mapping[str, object], *, signer: AgencyId | None = None, receiver: AgencyId | None = None
) -> bytes:  # fmt: skip
    """Write a waiting bundle anew, some of its inner part changed, signed by its sender unless told otherwise.

    No check of an honest sender is made; `receiver` is whose name is sealed in, whatever the inner part says.
    """
    sealed, peer = bytes(item.sealed), AgencyId(item.peer)
    inner = {**opened(sealed, peer), **changes}
    data = canonical(cast("Mapping[str, Json]", inner))
    signed = keyring(signer or AgencyId(item.agency_id)).sign.sign(seal.SIGN_TAG + data) + data
    key = queries.key_named(seal.peek(sealed).key_id)
    assert key is not None
    public = seal_key(key).public
    outer = seal.Outer(public.suite, public.ident, size_class(len(signed)))
    return seal.seal_signed(signed, outer, public, receiver or peer)


def rows() -> dict[str, int]:
    """Count the rows of every table of the exchange, the referrals and the vault."""
    models = (model for room in ROOMS for model in apps.get_app_config(room).get_models())
    return {model._meta.label: model._default_manager.count() for model in models}


def grown(before: Mapping[str, int]) -> dict[str, int]:
    """Give the tables that have other rows than before, and by how many."""
    return {table: count - before[table] for table, count in rows().items() if count != before[table]}
