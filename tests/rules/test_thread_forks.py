"""Two messages of one author with one number: what still holds, and where the page leaves a question open."""

import hashlib
from collections.abc import Sequence

import pytest

from tests.support.thread_laws import Product
from tests.support.thread_oracle import MOVES, F, Letter, Page, R, Reading
from tests.support.thread_world import compose, standing

PRODUCT = Product()


def wrote(
    author: str, prev: Letter | None, seen: Sequence[Letter], kind: str, *, packet: bool = False, due: int = 0
) -> Letter:
    seq = prev.seq + 1 if prev else 1
    seen_ids = tuple(each.id for each in seen)
    content = (author, seq, prev.id if prev else None, seen_ids, kind, packet, due)
    return Letter(hashlib.sha256(repr(content).encode()).hexdigest(), *content)


def admitted(*letters: Letter) -> list[Letter]:
    """Let each be judged after those before it: none of what follows is refused."""
    for place, letter in enumerate(letters):
        assert PRODUCT.admit(letters[:place], letter) == Page().admit(letters[:place], letter) == "admitted"
    return list(letters)


def read(letters: Sequence[Letter], *void: Letter) -> Reading:
    """Read as the product does, which is as the page does."""
    away = frozenset(letter.id for letter in void)
    assert PRODUCT.fold(letters, away) == Page().fold(letters, away)
    return PRODUCT.fold(letters, away)


def moves_left(letters: Sequence[Letter], *void: Letter) -> list[str]:
    """List the kinds that whoever owes can send and that are not crossed at once."""
    now, away = read(letters, *void), frozenset(letter.id for letter in void)
    found = []
    for kind in [kind for state, author, kind in MOVES if (state, author) == (now.state, now.owes)]:
        letter = compose(str(now.owes), kind, standing(letters, away), due=99)
        if PRODUCT.admit(letters, letter) == "admitted":
            found += [kind] if letter.id not in read([*letters, letter], *void).crossed else []
    return found


def test_a_recall_of_either_of_two_first_letters_leads_to_recalled() -> None:
    for due in range(20):
        first = wrote(F, None, [], "refer", packet=True)
        recall = wrote(F, first, [first], "recall")
        again = wrote(F, None, [], "enquiry", due=due)
        assert read(admitted(first, recall, again)).state == "RECALLED"


def test_a_recall_under_the_freeze_outlives_the_settlement_and_the_thread_can_close() -> None:
    enquiry = wrote(F, None, [], "enquiry")
    offer = wrote(R, None, [enquiry], "can-take")
    one, two = (wrote(F, enquiry, [offer], "refer", packet=True, due=due) for due in (1, 2))
    recall = wrote(F, one, [one, two], "recall")
    erased = wrote(R, offer, [recall], "erased")
    letters = admitted(enquiry, offer, one, two, recall, erased)
    assert read(letters).state == "ERASED"
    for void in ([one], [two], [one, two]):
        assert read(letters, *void).state == "ERASED"
        assert moves_left(letters, *void) == ["close"]


def test_an_erased_does_not_answer_for_a_packet_that_came_after_it() -> None:
    enquiry = wrote(F, None, [], "enquiry")
    offer = wrote(R, None, [enquiry], "can-take")
    recall = wrote(F, enquiry, [offer], "recall")
    erased = wrote(R, offer, [recall], "erased")
    refer = wrote(F, enquiry, [offer], "refer", packet=True, due=1)
    again = wrote(F, refer, [refer], "recall")
    letters = admitted(enquiry, offer, recall, erased, refer, again)
    assert (read(letters).state, read(letters).packet_lives) == ("ERASED", True)
    letters = admitted(*letters, wrote(R, erased, [erased, again], "erased"))
    assert (read(letters).state, read(letters).packet_lives) == ("ERASED", False)
    assert PRODUCT.admit(letters, wrote(R, letters[-1], [letters[-1]], "erased")) == "refused"


def test_two_recalls_with_one_number_do_no_harm_and_a_recall_cannot_be_signed_away() -> None:
    refer = wrote(F, None, [], "refer", packet=True)
    recalls = [wrote(F, refer, [refer], "recall", due=due) for due in (1, 2)]
    letters = admitted(refer, *recalls)
    assert (read(letters).state, read(letters).twins) == ("RECALLED", frozenset())
    assert read(letters, *recalls).state == "RECALLED"


@pytest.mark.parametrize(("author", "kind"), [(F, "enquiry"), (F, "close"), (F, "recall"), (F, "escalate")])
def test_a_packet_travels_with_refer_and_reply_alone(author: str, kind: str) -> None:
    known = [] if kind == "enquiry" else [wrote(F, None, [], "enquiry")]
    letter = wrote(author, known[0] if known else None, known, kind, packet=True)
    assert PRODUCT.admit(known, letter) == Page().admit(known, letter) == "refused"


# --- open: each of these breaks the page's last section, read to the letter ---


def test_a_recall_leads_to_recalled_even_where_its_first_letter_was_signed_away() -> None:
    refer = wrote(F, None, [], "refer", packet=True)
    recall = wrote(F, refer, [refer], "recall")
    again = wrote(F, None, [], "enquiry")
    letters = admitted(refer, recall, again)
    assert read(letters, refer).state == "RECALLED"
    assert read(letters, refer, again).state == "RECALLED"


def test_somebody_can_move_after_a_settlement_that_a_recall_outlived() -> None:
    refer = wrote(F, None, [], "refer", packet=True)
    recall = wrote(F, refer, [refer], "recall")
    again = wrote(F, None, [], "enquiry")
    assert moves_left(admitted(refer, recall, again), refer)


def test_a_recall_in_closed_stays_one_where_its_packet_was_signed_away() -> None:
    refer = wrote(F, None, [], "refer", packet=True)
    enquiry = wrote(F, None, [], "enquiry")
    close = wrote(F, enquiry, [enquiry], "close")
    recall = wrote(F, close, [refer, close], "recall")
    letters = admitted(refer, enquiry, close, recall)
    assert read(letters, refer).crossed == frozenset()


def test_an_erased_that_answered_no_recall_goes_with_what_it_rested_on() -> None:
    refer = wrote(F, None, [], "refer", packet=True)
    decline = wrote(R, None, [refer], "decline")
    close = wrote(F, refer, [decline], "close")
    erased = wrote(R, decline, [close], "erased")
    again = wrote(F, None, [], "enquiry")
    no_more = wrote(F, again, [again], "close")
    letters = admitted(refer, decline, close, erased, again, no_more)
    assert (
        read(letters, refer).state == "CLOSED"
    )  # nobody is stuck: were it left, F would owe a close for ever
