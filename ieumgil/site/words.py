"""What a refusal is called, in the reader's language: what happened, what was kept, what to do."""

from django.conf import settings

from ieumgil.ground.exchange.forms import what_to_do
from ieumgil.ground.words.queries import word
from ieumgil.kernel.outcome import StaleError


def language() -> str:
    """Give the language of this terminal: `ko` or `en` (IEUMGIL_LANGUAGE)."""
    return "ko" if settings.LANGUAGE_CODE == "ko" else "en"


def told(refusal: Exception) -> str:
    """Say in words why something was not done."""
    code = str(getattr(refusal, "code", "error"))
    text = word(f"refused.{code}", language()) or what_to_do(code, language())
    if isinstance(refusal, StaleError) and refusal.kept:
        text = f"{text} [{refusal.kept}]"
    return text or code
