"""The check that looks for words of another language on a page finds them, and lets names and codes be."""

import pytest

from tests.support.languages import foreign_words, language_of, texts

KOREAN = """
<!doctype html><html lang="ko"><head><title>할 일 목록</title><style>p { color: red }</style></head><body>
<p>가람 쉼터에 <bdi class="name" lang="und-Latn">Alphaone</bdi>, 사례 C-7F3K, worker@narae.example, PDF 3쪽</p>
<input name="words" value="typed by somebody" aria-label="찾을 말"><br>
<textarea name="more">typed too</textarea><code>kept-words</code><span data-name>Garam Shelter</span>
<form><button lang="en" name="language" value="en">English</button><input type="submit" value="보내기"></form>
<q lang="">nobody knows which language</q><script>let here = "nothing"</script>
</body></html>
"""


def words(html: str, language: str) -> list[str]:
    return [found.word for found in foreign_words(html, language)]


def test_a_korean_page_with_names_and_codes_is_korean() -> None:
    assert words(KOREAN, "ko") == []
    assert language_of(KOREAN) == "ko"
    assert len(list(texts(KOREAN, "ko"))) > 10


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("할 일 목록", "Work list", ["Work", "list"]),
        ("가람 쉼터에", "가람 shelter에", ["shelter"]),
        ('aria-label="찾을 말"', 'aria-label="Search"', ["Search"]),
        ('value="보내기"', 'value="Send"', ["Send"]),
        ('lang="und-Latn"', "", ["Alphaone"]),
        ("data-name", "", ["Garam", "Shelter"]),
        ("PDF 3쪽", "TXT 3쪽", ["TXT"]),
        ("PDF 3쪽", '<img alt="A picture">', ["picture"]),
        ("PDF 3쪽", "Привет", ["Привет"]),
        ("PDF 3쪽", '<b lang="en">Yes <i lang="ko">No</i></b>', ["No"]),
        ("PDF 3쪽", '<svg><title>Line</title><circle r="2"/></svg>', ["Line"]),
        ("PDF 3쪽", "<code>x</code>after", ["after"]),
        ("<br>", "<br>Break", ["Break"]),
    ],
)
def test_a_planted_word_on_a_korean_page_is_found(old: str, new: str, found: list[str]) -> None:
    assert old in KOREAN
    assert words(KOREAN.replace(old, new), "ko") == found


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>Your work list, 25 November 2026, café</p>", []),
        ("<p>Your 할 일 목록</p>", ["할", "일", "목록"]),
        ('<p>Name: <bdi class="name" lang="ko">예시가</bdi></p>', []),
        ("<p>Name: <bdi>예시가</bdi></p>", ["예시가"]),
        ('<button lang="ko">한국어</button><textarea>예시</textarea>', []),
        ('<option value="ko">한국어</option><option>한국인</option>', ["한국인"]),
        ("<label>한국어</label>", ["한국어"]),
        ('<p title="제목">Title</p>', ["제목"]),
    ],
)
def test_hangul_on_an_english_page_is_found_outside_names(html: str, found: list[str]) -> None:
    assert words(f'<html lang="en"><body>{html}</body></html>', "en") == found
