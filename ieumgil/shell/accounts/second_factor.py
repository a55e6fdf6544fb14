"""Whether the second factor was used in this session: only then does a page of anybody's case open."""

from typing import Final

from django.http import HttpRequest

ENROL: Final = "mfa_activate_totp"  # where somebody without one is sent, and can go nowhere else
MARK: Final = (
    "account_second_factor"  # with allauth's own prefix, so that it goes with all else of an ended session
)


def has_second_factor(request: HttpRequest) -> bool:
    """Say whether whoever is signed in used a second factor in this session, or enrolled one in it."""
    user = request.user
    return user.is_authenticated and request.session.get(MARK) == str(user.pk)


def mark_second_factor(request: HttpRequest, worker: object) -> None:
    """Remember in the session that this worker, and no other, used a second factor in it."""
    request.session[MARK] = str(worker)


def unmark_second_factor(request: HttpRequest) -> None:
    """Forget it: a new sign-in begins without."""
    request.session.pop(MARK, None)
