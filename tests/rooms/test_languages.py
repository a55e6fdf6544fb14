"""Every page that can be opened without naming anything is in the language of whoever reads it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from ieumgil.kernel.ids import CaseId
from ieumgil.shell.checks import routes
from tests.rooms.conftest import People
from tests.support.browsing import signed_in_client
from tests.support.languages import foreign_words, language_of
from tests.support.source import expect_none

LANGUAGES = ["ko", "en"]
WHO = ["owner@narae.example", "stranger@narae.example", "coordinator@narae.example"]


def addresses() -> list[str]:
    named = {name for _, name, pattern in routes() if name and not pattern.pattern.regex.groups}
    return sorted(reverse(name) for name in named if not name.startswith("exchange:"))


def is_page(answer: HttpResponse) -> bool:
    return answer.status_code < 300 and answer["Content-Type"].startswith("text/html")


def faults(client: Client, language: str) -> Iterator[str]:
    for address in addresses():
        answer: Any = client.get(address)
        if is_page(answer):
            yield from faults_of(address, answer.content.decode(), language)


def faults_of(address: str, html: str, language: str) -> Iterator[str]:
    if language_of(html) != language:
        yield f"{address} says that it is in {language_of(html)!r}"
    yield from dict.fromkeys(f"{address} says {found.text!r}" for found in foreign_words(html, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_in_the_language_of_whoever_reads_it(case: CaseId, language: str) -> None:
    readers = [signed_in_client(handle, language=language) for handle in WHO]
    readers.append(Client(headers={"accept-language": language}))
    expect_none(dict.fromkeys(fault for reader in readers for fault in faults(reader, language)))


def test_a_page_in_another_language_is_found(mechanism: People) -> None:
    assert len(addresses()) > 10
    english = signed_in_client(WHO[0], language="en")
    assert list(faults(english, "ko"))
