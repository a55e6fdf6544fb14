"""Make a PDF of a document that a room has rendered."""

import contextlib
import io
import logging
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from html import escape
from importlib.resources import files
from threading import Lock
from typing import Any, Final

from ieumgil.ground.documents.rules import direction, reads_itself
from ieumgil.kernel.outcome import DeniedError

_HERE: Final = files("ieumgil.ground.documents")
_FONT: Final = "font:"
_ONE_AT_A_TIME: Final = Lock()  # Pango's font map is shared, and gunicorn serves with threads


class RefusedFetchError(ValueError):
    """A document asked for something outside itself and its fonts; none was made."""


def pdf(html: str, *, language: str, title: str, style: str = "") -> bytes:
    """Give tagged PDF/UA-1 of what stands in a page's body, with the room's own CSS after that of `page.css`.

    Fonts are the room's own; nothing else is fetched, and a document that asks for more is refused (RefusedFetchError).
    Of itself the file says a title (keep it neutral), its language and the program's name, nothing more. The same body gives
    the same bytes. Raises DeniedError("no-pango") where the machine cannot make PDFs.
    """
    require_ready()
    weasyprint, fonts, look = _press()
    page = (
        f'<!doctype html><html lang="{escape(language)}" dir="{direction(language)}"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head><body>{html}</body></html>"
    )
    with _ONE_AT_A_TIME:
        made = weasyprint.HTML(string=page, base_url=None, url_fetcher=_Fonts())
        sheets = [look, weasyprint.CSS(string=style, url_fetcher=_Fonts(), font_config=fonts)]
        try:
            written = made.write_pdf(
                stylesheets=sheets, font_config=fonts, pdf_variant="pdf/ua-1", pdf_identifier=b"document"
            )
        except BaseException as error:
            if (
                type(error).__name__ == "FatalURLFetchingError"
            ):  # made so that no `except Exception` swallows it
                raise RefusedFetchError("a document asks for nothing outside itself") from None
            raise
    return bytes(written)


def require_ready() -> None:
    """Say, before anything is written down, whether this machine can make PDFs; raises DeniedError("no-pango")."""
    try:
        _press()
    except OSError as missing:
        raise DeniedError("no-pango") from missing


class _Fonts:
    """Fetches fonts of this room by name and refuses everything else, as WeasyPrint wants a fetcher."""

    _fail_on_errors = True

    def __call__(self, url: str) -> Any:  # noqa: ANN401  WeasyPrint has no types
        from weasyprint.urls import URLFetcherResponse  # type: ignore[import-untyped]  # noqa: PLC0415  as in _press

        name = url.removeprefix(_FONT)
        if name == url or name not in _font_names():
            raise RefusedFetchError(url)
        return URLFetcherResponse(url, (_HERE / "fonts" / name).read_bytes())


def _with_its_words(marked: Callable[..., Any], string: Callable[[str], object]) -> Callable[..., Any]:
    """Let a line say its own text where glyphs cannot: marks share and change them, and copying would mix them up.

    WeasyPrint has no setting for it (PDF 32000-1, 14.9.4, ActualText); the tests read every script back letter by letter.
    """

    @contextlib.contextmanager
    def saying(stream: Any, box: Any, tag: str) -> Iterator[None]:  # noqa: ANN401  WeasyPrint has no types
        with marked(stream, box, tag):
            text = getattr(box, "text", "")
            if not reads_itself(text):
                stream.stream[-2]["ActualText"] = string(text)  # between the tag and its BDC
            yield

    return saying


@cache
def _font_names() -> frozenset[str]:
    return frozenset(
        font.name for font in (_HERE / "fonts").iterdir() if font.name.endswith((".ttf", ".otf"))
    )


@cache
def _press() -> tuple[Any, Any, Any]:
    """Load WeasyPrint with our fonts, once, and only when a document is wanted: it needs Pango (OSError without it)."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")  # that a bare machine has no fonts of its own is meant
        import weasyprint  # type: ignore[import-untyped]  # noqa: PLC0415
        from pydyf import String  # type: ignore[import-untyped]  # noqa: PLC0415
        from weasyprint.pdf.stream import Stream  # type: ignore[import-untyped]  # noqa: PLC0415
        from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]  # noqa: PLC0415
    logging.getLogger("weasyprint").disabled = True  # it would log letters of what is written
    Stream.marked = _with_its_words(Stream.marked, String)
    fonts = FontConfiguration()
    look = weasyprint.CSS(
        string=(_HERE / "page.css").read_text("utf-8"), url_fetcher=_Fonts(), font_config=fonts
    )
    return weasyprint, fonts, look
