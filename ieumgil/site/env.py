"""Typed readers of the environment; the program refuses to start when a value is unclear."""

import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_OF_THE_NODE: dict[str, str] = {}


def remember(path: Path) -> None:
    """Read what the first run was answered with, a NAME=VALUE a line; the environment goes before it."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    _OF_THE_NODE.update({name: value for name, _, value in pairs})


def text(name: str, default: str) -> str:
    """Read a text value."""
    return os.environ.get(name, _OF_THE_NODE.get(name, default))


def number(name: str, default: int) -> int:
    """Read a whole number that is not negative."""
    value = text(name, str(default))
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}")
    return int(value)


def flag(name: str, *, default: bool) -> bool:
    """Read 'true' or 'false'; anything else is an error, never a guess."""
    value = text(name, "true" if default else "false")
    if value not in {"true", "false"}:
        raise ImproperlyConfigured(f"{name} must be 'true' or 'false', not {value!r}")
    return value == "true"


def folder(name: str, default: Path) -> Path:
    """Read a folder's path; it need not exist yet."""
    return Path(os.environ.get(name) or default).expanduser().resolve()


def secret(path: Path) -> str:
    """Read a secret from its file; empty if there is none yet, and then Django refuses whatever needs it."""
    return path.read_text(encoding="ascii").strip() if path.exists() else ""


SQLITE_PRAGMAS = "".join(
    f"PRAGMA {pragma};"
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "foreign_keys=ON",
        "busy_timeout=30000",
    )
)


def database(url: str) -> dict[str, object]:
    """Turn sqlite:///PATH or postgresql://USER@HOST:PORT/NAME?host=SOCKET_FOLDER&port=PORT into Django's settings.

    Raises ImproperlyConfigured for any other form.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            # A name that begins with two slashes opens in no URI.
            "NAME": "/" + unquote(parts.path).lstrip("/"),
            # IMMEDIATE: a transaction that will write takes the one write lock first, so it never fails half way.
            "OPTIONS": {"init_command": SQLITE_PRAGMAS, "transaction_mode": "IMMEDIATE", "timeout": 30},
        }
    if parts.scheme == "postgresql":
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": query.get("host", parts.hostname or ""),
            "PORT": query.get("port", str(parts.port or "")),
            "CONN_MAX_AGE": 60,
            # Prepared on the server from the fifth time on: a fifth less time for each message (docs/decisions/0020).
            "OPTIONS": {"application_name": "ieumgil", "server_side_binding": True, "prepare_threshold": 5},
        }
    raise ImproperlyConfigured("IEUMGIL_DATABASE_URL must begin with sqlite:/// or postgresql://")


def mail(url: str) -> dict[str, object] | None:
    """Turn smtp://, smtp+tls:// or smtp+ssl://USER:PASSWORD@HOST:PORT, or file:///FOLDER, into a way to send mail.

    Gives None for no address: then nothing is mailed. Raises ImproperlyConfigured for any other form.
    """
    parts = urlsplit(url)
    if not url:
        return None
    if parts.scheme == "file" and parts.path:
        return {
            "backend": "django.core.mail.backends.filebased.EmailBackend",
            "file_path": unquote(parts.path),
        }
    if parts.scheme in {"smtp", "smtp+tls", "smtp+ssl"} and parts.hostname:
        return {
            "backend": "django.core.mail.backends.smtp.EmailBackend",
            "host": parts.hostname,
            "port": parts.port or {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}[parts.scheme],
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_tls": parts.scheme == "smtp+tls",
            "use_ssl": parts.scheme == "smtp+ssl",
            "timeout": 20,
        }
    raise ImproperlyConfigured(
        "IEUMGIL_MAIL_URL must begin with smtp://, smtp+tls://, smtp+ssl:// or file:///"
    )
