"""Help opens without sign-in, asks the database nothing, and is in the language of whoever reads."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from ieumgil.shell.help import NAMES
from tests.support.languages import foreign_words, language_of

LANGUAGES = ["ko", "en"]


def read(address: str, language: str) -> str:
    answer = Client(headers={"accept-language": language}).get(address, follow=True)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert language_of(html) == language
    return html


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_is_read_without_sign_in_in_both_languages(
    db: None, language: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        pages = [read(reverse("shell:help_page", args=[name]), language) for name in NAMES]
        pages += [read(reverse(f"shell:{name}"), language) for name in ("help", "help_everything")]
    for html in pages:
        assert foreign_words(html, language) == []
        assert html.count("<h1>") == 1
        title = html.partition("<title>")[2].partition("</title>")[0]
        assert title in {"도움말 · 이음길", "Help · Ieumgil"}


def test_the_page_that_holds_all_has_each_once(db: None) -> None:
    html = read(reverse("shell:help_everything"), "en")
    assert [html.count(f'id="{name}"') for name in NAMES] == [1] * len(NAMES)


def test_an_address_of_help_works_with_and_without_the_last_stroke(db: None) -> None:
    for address in ("/help/thread", "/help/thread/"):
        assert "<h1>The conversation with the other agency</h1>" in read(address, "en")


def test_there_is_no_other_help_and_nothing_to_post(client: Client, db: None) -> None:
    assert client.get("/help/settings").status_code == 404
    assert client.get("/help/..%2Fsettings").status_code == 404
    assert client.post("/help/thread").status_code == 405
