"""Help beside each screen: pages written in both languages (`help/en`, `help/ko`), which hold no data and need no sign-in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, re_path, reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

# In the order in which somebody needs them.
CONTENTS: Final[tuple[tuple[Promise, tuple[str, ...]], ...]] = (
    (gettext_lazy("First contact"), ("first-hour", "questions", "reporting-duty", "asking-without-a-name")),
    (gettext_lazy("What the person allows"), ("agreeing", "packet", "papers")),
    (
        gettext_lazy("Between two agencies"),
        (
            "thread",
            "answering",
            "emergency-call",
            "recorded-afterwards",
            "recall",
            "in-care-after-withdrawal",
        ),
    ),
    (gettext_lazy("Your work"), ("handover", "kept-words", "coordinator", "keyboard")),
    (gettext_lazy("Signing in"), ("sign-in", "second-factor-lost", "privacy-and-quick-exit")),
    (
        gettext_lazy("Running a node"),
        (
            "first-run",
            "joining-a-roll",
            "workers-and-invitations",
            "backup-restore-upgrade",
            "locked-agency",
        ),
    ),
)
NAMES: Final = tuple(name for _, names in CONTENTS for name in names)
_markdown: Final = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True, slots=True)
class Help:
    """One page of help in one language."""

    name: str
    title: str
    html: SafeString


def source(name: str, language: str) -> str:
    """Give a page as it is written (Markdown); KeyError if there is none of this name."""
    if name not in NAMES:
        raise KeyError(name)
    return (files("ieumgil.shell") / "help" / language / f"{name}.md").read_text("utf-8")


@cache
def help_page(name: str, language: str) -> Help:
    """Give a page with the addresses of the others in it; KeyError if there is none of this name."""
    return _made(name, language, lambda other: reverse("shell:help_page", args=[other]), deeper=0)


@cache
def part(name: str, language: str) -> Help:
    """Give a page as a part of the one that holds all: a heading deeper, and the others lie on the same page."""
    return _made(name, language, lambda other: f"#{other}", deeper=1)


def _made(name: str, language: str, address: Callable[[str], str], *, deeper: int) -> Help:
    tokens = _markdown.parse(source(name, language))
    for token in _all(tokens):
        href = str(token.attrs.get("href", ""))
        if href.endswith(".md"):
            token.attrs["href"] = address(href.removesuffix(".md"))
        if token.type.startswith("heading_"):
            token.tag = f"h{int(token.tag[1]) + deeper}"
    html = _markdown.renderer.render(tokens, _markdown.options, {})
    return Help(name, tokens[1].content, mark_safe(html))  # noqa: S308  our own pages, and html in them is escaped


def _all(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _all(token.children or [])


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """List the pages of help."""
    return render(request, "shell/help_index.html", {"sections": _sections(help_page)})


@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    """Show one page of help."""
    try:
        return render(request, "shell/help.html", {"page": help_page(name, _language())})
    except KeyError as error:
        raise Http404 from error


@require_safe
def everything(request: HttpRequest) -> HttpResponse:
    """Show all help on one page: to print, and to read where there is no connection."""
    return render(request, "shell/help_everything.html", {"sections": _sections(part)})


def _sections(made: Callable[[str, str], Help]) -> list[tuple[str, list[Help]]]:
    return [(str(title), [made(name, _language()) for name in names]) for title, names in CONTENTS]


def _language() -> str:
    return "ko" if get_language() == "ko" else "en"


paths = [
    path("help/", index, name="help"),
    path("help/everything", everything, name="help_everything"),
    re_path(r"^help/(?P<name>[a-z-]+)/?$", page, name="help_page"),
]
