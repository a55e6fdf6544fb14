"""All that a bundle must pass on arrival, in order, before any table is asked."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ieumgil.ground.exchange.cards import AgencyCard, SealKey, lowest_suite, sign_keys_of
from ieumgil.ground.exchange.keys import SealPrivateKey, verify_key
from ieumgil.ground.exchange.roll import Roll
from ieumgil.ground.exchange.rules import RefusalReason, RefusedBundleError, check_window, parse_time
from ieumgil.ground.exchange.seal import Inner, Opened, open_bundle, peek
from ieumgil.kernel.ids import AgencyId


@dataclass(frozen=True, slots=True)
class Arrival:
    """A bundle that passed: its inner, its sender's newest card, and the proof to keep (signature, inner)."""

    inner: Inner
    sender: AgencyCard
    proof: bytes


def no_earlier_cards(_agency: AgencyId) -> Sequence[AgencyCard]:
    """Stand in where a node has kept no older card of anybody."""
    return ()


def examine(
    bundle: bytes,
    *,
    private_key: SealPrivateKey,
    own_cards: Sequence[AgencyCard],
    roll: Roll,
    now: datetime,
    earlier_cards: Callable[[AgencyId], Sequence[AgencyCard]] = no_earlier_cards,
) -> Arrival:
    """Open a bundle of one of our agencies, see who sent it, and check signature, keys and time.

    `own_cards` are the receiving agency's cards, newest first; `earlier_cards` gives a sender's older ones.
    Raises RefusedBundleError with any reason up to too-far-ahead, and nothing else whatever the bytes.
    """
    opened = open_bundle(bundle, private_key=private_key, recipient=own_cards[0].agency)
    sender, proof = vouch(opened, roll, earlier_cards)
    check_receiving(bundle, opened.inner, own_cards, roll)
    check_time(opened.inner, now)
    return Arrival(opened.inner, sender, proof)


def vouch(
    opened: Opened, roll: Roll, earlier_cards: Callable[[AgencyId], Sequence[AgencyCard]] = no_earlier_cards
) -> tuple[AgencyCard, bytes]:
    """Find the sender on the roll and the key that signed; give its card and the proof to keep.

    Raises RefusedBundleError: revoked-agency, unknown-agency, bad-signature, revoked-key, bad-form,
    key-not-for-sending.
    """
    agency = AgencyId(UUID(opened.inner["from"]))
    if agency in roll.revoked_agencies:
        raise RefusedBundleError(RefusalReason.REVOKED_AGENCY)
    card = roll.cards.get(agency)
    if card is None:
        raise RefusedBundleError(RefusalReason.UNKNOWN_AGENCY)
    created = parse_time(opened.inner["created"])
    for key in sign_keys_of(_newest_first(card, earlier_cards)):
        proof = _proof(opened, key.public)
        if proof is not None:
            _check_key(revoked=key.ident in roll.revoked_keys, in_force=key.in_force(created))
            return card, proof
    raise RefusedBundleError(RefusalReason.BAD_SIGNATURE)


def check_receiving(bundle: bytes, inner: Inner, own_cards: Sequence[AgencyCard], roll: Roll) -> None:
    """Check how a bundle was sealed against the receiver's own cards, newest first.

    Raises RefusedBundleError: unknown-key where no card lists the key, revoked-key, key-not-for-sending where
    it had run out when the bundle was made, wrong-suite where a stronger one has been asked for 14 days.
    """
    created = parse_time(inner["created"])
    key = _seal_key(own_cards, inner["to_key_id"])
    _check_key(revoked=key.ident in roll.revoked_keys, in_force=key.in_force(created))
    if peek(bundle).suite < lowest_suite(own_cards, created):
        raise RefusedBundleError(RefusalReason.WRONG_SUITE)


def check_time(inner: Inner, now: datetime) -> None:
    """Check that a bundle can be taken now; raises RefusedBundleError with the reason of `check_window`."""
    reason = check_window(parse_time(inner["created"]), parse_time(inner["not_after"]), now)
    if reason is not None:
        raise RefusedBundleError(reason)


def _newest_first(
    card: AgencyCard, earlier_cards: Callable[[AgencyId], Sequence[AgencyCard]]
) -> Iterator[AgencyCard]:
    yield card
    yield from earlier_cards(card.agency)


def _proof(opened: Opened, public: bytes) -> bytes | None:
    try:
        return opened.verify(verify_key(public))
    except RefusedBundleError:
        return None


def _seal_key(own_cards: Sequence[AgencyCard], ident: str) -> SealKey:
    for card in own_cards:
        for key in card.seal_keys:
            if key.ident == ident:
                return key
    raise RefusedBundleError(RefusalReason.UNKNOWN_KEY)


def _check_key(*, revoked: bool, in_force: bool) -> None:
    if revoked:
        raise RefusedBundleError(RefusalReason.REVOKED_KEY)
    if not in_force:
        raise RefusedBundleError(RefusalReason.KEY_NOT_FOR_SENDING)
