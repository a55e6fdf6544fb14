"""What allauth asks of a house: who may come in, what is written, how secrets are kept. Nobody signs themselves up."""

import time
from base64 import b64decode, b64encode
from secrets import token_bytes
from typing import Any, Final
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext_lazy as _

from ieumgil.ground.accounts.queries import known, signed_in
from ieumgil.ground.joining.actions import door
from ieumgil.kernel.ids import WorkerId
from ieumgil.kernel.outcome import AbsentError
from ieumgil.shell.accounts.drawing import qr_code
from ieumgil.shell.accounts.second_factor import (
    ENROL,
    has_second_factor,
    mark_second_factor,
    unmark_second_factor,
)

# Seconds, at least: more than a look-up, a hash and an entry in the ledger take together.
FAILED_TAKES: Final = 0.6
RECENT: Final = 300  # seconds within which a sign-in is proof enough to enrol or to renew codes
LANGUAGE_KEPT_FOR: Final = 365 * 24 * 3600
NONCE: Final = 12


class ByHandle(AuthenticationBackend):  # type: ignore[misc]
    """Sign in by handle; a closed account is as good as none."""

    @classmethod
    def _stash_user(cls, user: AbstractBaseUser | None) -> AbstractBaseUser | None:  # noqa: ARG003  as of allauth
        return None


class Door(DefaultAccountAdapter):  # type: ignore[misc]
    """Every sign-in, every try and every sign-out is in the ledger of the handle's agency."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("The sign-in name or the password is not right."),
        "incorrect_password": _("The password is not right."),
        "incorrect_code": _("The code is not right. Wait for the next one and enter that."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, then try again."),
        "rate_limited": _("Too many tries. Wait five minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  as of allauth
        """Say no: accounts are made by invitation."""
        return False

    def is_ajax(self, request: HttpRequest) -> bool:  # noqa: ARG002  as of allauth
        """Say no: every answer is a page."""
        return False

    def add_message(self, *_args: object, **_more: object) -> None:
        """Say nothing: the page that comes next says enough."""

    def send_notification_mail(self, *_args: object, **_more: object) -> None:
        """Send nothing: a worker's mailbox is not asked for."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:  # noqa: ANN401  as of allauth
        """Check a password; a no takes as long for a handle that nobody has as for one that somebody has."""
        begun = time.monotonic()
        user: AbstractBaseUser | None = super().authenticate(request, **credentials)
        if user is None:
            time.sleep(max(0.0, FAILED_TAKES - (time.monotonic() - begun)))
        return user

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:  # noqa: ANN401, ARG002  as of allauth
        """Count tries by the handle alone: in allauth's own key is the host, with a port of the asker's choice."""
        return str(credentials.get("username", "")).lower()

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ANN401, ARG002  as of allauth
        """Write a failed try."""
        door.note_failed_try(handle=str(credentials.get("username", "")), why=door.WRONG_PASSWORD)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Begin a session under a new key, and write how; a second factor counts only if it was used in this sign-in."""
        methods = [str(record.get("method")) for record in get_authentication_records(request, user)]
        with_code = "mfa" in methods
        door.note_sign_in(_worker(user), how="second factor" if with_code else "password alone")
        super().login(request, user)
        for name in ("since", "seen", "kept"):
            request.session.pop(name, None)
        unmark_second_factor(request)
        if with_code:
            mark_second_factor(request, user.pk)

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **more: Any) -> HttpResponse:  # noqa: ANN401  as of allauth
        """Go on in the worker's own language, if one was chosen."""
        response: HttpResponse = super().post_login(request, user, **more)
        worker = known(user.get_username())
        if worker is not None and worker.language is not None:
            keep_language(response, worker.language.value)
        return response

    def logout(self, request: HttpRequest) -> None:
        """Write it, and end the session."""
        try:
            door.note_sign_out(_worker(request.user))
        finally:
            super().logout(request)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead to the start, or first to the second factor."""
        return resolve_url("/" if has_second_factor(request) else ENROL)

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:  # noqa: ANN401  as of allauth
        """Ask again before codes are shown or made, unless the sign-in itself was minutes ago."""
        records = get_authentication_records(self.request, self.request.user)
        if records and time.time() - float(records[-1]["at"]) < RECENT:
            return False
        return bool(super().is_reauthentication_required(app=app, **more))


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of second factors are kept under a key of the node; only two officers can take one away."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": Door.error_messages["incorrect_code"],
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret: AES-256-GCM under a key derived from the node's secret."""
        nonce = token_bytes(NONCE)
        return b64encode(nonce + _cipher().encrypt(nonce, text.encode(), None)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` sealed; raises InvalidTag for anything else, or after the node's secret was lost."""
        sealed = b64decode(encrypted_text)
        return _cipher().decrypt(sealed[:NONCE], sealed[NONCE:], None).decode()

    def get_totp_issuer(self) -> str:
        """Give the name under which an app lists the code."""
        return "Ieumgil"

    def build_totp_svg(self, url: str) -> str:
        """Draw the code as one path, to stand in the page itself."""
        return qr_code(url)

    def can_delete_authenticator(self, authenticator: object) -> bool:  # noqa: ARG002  as of allauth
        """Say no: a second factor ends when two officers renew it."""
        return False


def keep_language(response: HttpResponse, language: str) -> None:
    """Keep the language of the pages in the browser."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=LANGUAGE_KEPT_FOR, secure=settings.SESSION_COOKIE_SECURE,
        httponly=True, samesite="Lax",
    )  # fmt: skip


def _cipher() -> AESGCM:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"ieumgil second factor v1")
    return AESGCM(derive.derive(settings.SECRET_KEY.encode()))


def _worker(user: Any) -> Any:  # noqa: ANN401  Django's user, whatever its class
    pk = user.pk
    if not isinstance(pk, UUID):
        raise AbsentError
    return signed_in(WorkerId(pk)).actor
