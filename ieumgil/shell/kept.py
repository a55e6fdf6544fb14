"""Words that could not be taken: sealed for the worker who typed them, and given back into the form they came from."""

import json
from collections.abc import Mapping
from typing import Final, cast
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, QueryDict
from django.urls import resolve
from django.utils.module_loading import import_string

from ieumgil.ground.vault.actions import LockedAgencyError
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.outcome import AbsentError, DeniedError

NOT_WORDS: Final = frozenset({"csrfmiddlewaretoken", "once", "heads", "next", "from", "typed"})
SECRETS: Final = frozenset({"password", "password1", "password2", "old", "code"})
Fields = Mapping[str, list[str]]


def keep_form(actor: Actor | None, request: HttpRequest, *, why: str) -> UUID | None:
    """Seal what was posted, for this worker alone; None where there were no words, or nothing to seal them with.

    Under the key of the case or thread that the address names, so that they go with it: of one that was erased, or is not
    the worker's, nothing is kept. Where the address names none, under the agency's.
    """
    fields = typed(cast("QueryDict", request.POST))
    if actor is None or not any(any(values) for values in fields.values()):
        return None
    words = json.dumps({"path": request.path, "fields": fields}, ensure_ascii=False)
    try:
        return _kept(actor, _named(request.path), text=words, why=why, subject=request.path[:120])
    except (AbsentError, DeniedError, LockedAgencyError):
        return None


def is_secret(name: str) -> bool:
    """Say whether a field of this name holds a password or a code: such words are neither kept nor given back."""
    return name in SECRETS


def _kept(actor: Actor, named: Mapping[str, object], **words: str) -> UUID:
    verb = "keep-about-thread" if "thread" in named and "case" not in named else "keep"
    keep = import_string(settings.SHELL_KEEPER[verb])
    made = (
        keep(actor, named["thread"], **words)
        if verb != "keep"
        else keep(actor, case=named.get("case"), **words)
    )
    return cast("UUID", made)


def _named(path: str) -> Mapping[str, object]:
    """Give what the address of a form names; its words may have been sent along to another (language, quick exit)."""
    try:
        return resolve(path).kwargs
    except Http404:
        return {}


def kept_fields(actor: Actor, request: HttpRequest) -> Fields:
    """Give back what was typed into this very page and kept (`?kept=`); nothing for words of another page or worker."""
    named = request.GET.get("kept", "")
    try:
        draft = import_string(settings.SHELL_KEEPER["read"])(actor, UUID(named))
        found = json.loads(draft.text)
    except (ValueError, AbsentError, DeniedError, LockedAgencyError):
        return {}
    if not isinstance(found, dict) or found.get("path") != request.path:
        return {}
    return cast("Fields", found.get("fields", {}))


def typed(posted: QueryDict) -> dict[str, list[str]]:
    """Give the fields of a form that somebody filled in, without what the page itself put there."""
    return {
        name: [str(value) for value in values]
        for name, values in posted.lists()
        if name not in NOT_WORDS and not is_secret(name)
    }
