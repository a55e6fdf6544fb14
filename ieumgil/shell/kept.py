"""Words that could not be taken: sealed for the worker who typed them, and given back into the form they came from."""

import json
from collections.abc import Mapping
from typing import Final, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils.module_loading import import_string

from ieumgil.ground.vault.actions import LockedAgencyError
from ieumgil.kernel.actor import Actor
from ieumgil.kernel.outcome import AbsentError, DeniedError

NOT_WORDS: Final = frozenset({"csrfmiddlewaretoken", "once", "heads", "next"})
Fields = Mapping[str, list[str]]


def keep_form(actor: Actor | None, request: HttpRequest, *, why: str) -> UUID | None:
    """Seal what was posted, for this worker alone; None where there were no words, or nothing to seal them with.

    Under the key of the case that the address names, so that they go with it; else under the agency's.
    """
    fields = typed(cast("QueryDict", request.POST))
    if actor is None or not any(any(values) for values in fields.values()):
        return None
    match = request.resolver_match
    case = match.kwargs.get("case") if match else None
    words = json.dumps({"path": request.path, "fields": fields}, ensure_ascii=False)
    keep = import_string(settings.SHELL_KEEPER["keep"])
    for about in (case, None) if case else (None,):
        try:
            return cast("UUID", keep(actor, text=words, why=why, subject=request.path[:120], case=about))
        except (AbsentError, DeniedError):
            continue
        except LockedAgencyError:
            return None
    return None


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
        name: [str(value) for value in values] for name, values in posted.lists() if name not in NOT_WORDS
    }
