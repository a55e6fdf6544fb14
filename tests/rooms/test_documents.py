"""PDFs in every script, tagged, saying nothing of anybody, asking nobody."""

import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from ieumgil.ground.documents import queries
from ieumgil.ground.documents.queries import RefusedFetchError, pdf
from ieumgil.ground.documents.rules import direction, file_name
from ieumgil.kernel.outcome import DeniedError
from tests.support.papers import flat, fonts_of, reader, text_of
from tests.support.source import PACKAGE

ROOM = PACKAGE / "ground" / "documents"
SAYINGS = {
    "ko": "뷁쌰 똠방각하 꿹뛝 한글",
    "en": "You may stop at any time",
    "vi": "Bạn có thể dừng lại bất cứ lúc nào. Đường ở ựỗễẵ",
    "th": "คุณหยุดได้ทุกเมื่อ น้ำ ที่นี่ กำลัง ผู้ใหญ่",
    "ru": "Вы можете остановиться в любой момент. ёЪщ",
    "zh": "您可以随时停止。谁会知道?",
    "ar": "يمكنك التوقف في أي وقت. هل تسمحون لنا بأن نسألهم؟ قضية شيخ ثبت ظفر ضغط",
}
NAMES = {  # invented, in the scripts in which names are kept
    "Khmer": "សុខា ចន្ទ",
    "Bengali": "রহিমা খাতুন",
    "Devanagari": "सीता श्रेष्ठ",
    "Lao": "ສົມສີ ແກ້ວມະນີ",
    "Myanmar": "မသန္တာ",
    "Sinhala": "ක්\u200dරිෂාන්ති පෙරේරා",
    "Tamil": "க்ரிஷாந்தி",
    "Georgian": "ნინო ბერიძე",
    "SCNames": "喆堃 蘭かナ",
    "Thai": "กำพล น้ำใส",
}
ASKING = [
    '<img src="http://127.0.0.1:{port}/planted.png">',
    '<link rel="stylesheet" href="http://127.0.0.1:{port}/planted.css">',
    '<p style="background: url(http://127.0.0.1:{port}/planted.png)">x</p>',
    "<style>@font-face {{ font-family: x; src: url(http://127.0.0.1:{port}/x.ttf) }} p {{ font-family: x }}</style><p>x</p>",
    '<object data="http://127.0.0.1:{port}/planted.svg"></object>',
    '<link rel="attachment" href="file:///etc/hostname">',
    '<img src="file:///etc/hostname">',
    '<img src="data:image/png;base64,AAAA">',
    '<img src="font:../page.css">',
]


@contextmanager
def listener() -> Iterator[tuple[int, list[object]]]:
    """Listen on loopback and say who came."""
    came: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        over = threading.Event()

        def wait() -> None:
            while not over.is_set():
                try:
                    visitor, address = server.accept()
                except TimeoutError:
                    continue
                visitor.close()
                came.append(address)

        waiting = threading.Thread(target=wait)
        waiting.start()
        yield server.getsockname()[1], came
        over.set()
        waiting.join()


@pytest.mark.parametrize("language", SAYINGS)
def test_every_script_comes_back_letter_by_letter_and_in_our_own_font(language: str) -> None:
    made = pdf(f"<h1>1</h1><p>{SAYINGS[language]}</p>", language=language, title="Form")
    assert flat(SAYINGS[language]) in flat(text_of(made))
    assert {font.split("-")[0] for font in fonts_of(made)} <= {path.name.split("-")[0] for path in fonts()}


@pytest.mark.parametrize("script", NAMES)
def test_a_name_in_another_script_is_written_out_on_a_page_in_korean(script: str) -> None:
    made = pdf(f"<table><tr><td>{NAMES[script]}</td></tr></table>", language="ko", title="Form")
    assert NAMES[script] in flat(text_of(made))
    assert fonts_of(made) - {"Pretendard", "NotoSansSC"} == {f"NotoSans{script}"}


def test_a_letter_that_is_not_there_is_missed() -> None:
    made = pdf(f"<p>{SAYINGS['ko'].replace('뷁', '붹')}</p>", language="ko", title="Form")
    assert flat(SAYINGS["ko"]) not in flat(text_of(made))


def test_the_file_is_tagged_and_says_its_language_and_a_neutral_title_and_nothing_else() -> None:
    body = "<h1>1</h1><p>2</p><table><tr><th scope='row'>3</th><td>4</td></tr></table>"
    read = reader(pdf(body, language="ar", title="نموذج"))
    root = read.root_object
    assert str(root["/MarkInfo"]) == "{'/Marked': True}"
    assert str(root["/Lang"]) == "ar"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]  # type: ignore[index]
    assert "/StructTreeRoot" in root
    assert read.metadata == {"/Producer": read.metadata["/Producer"], "/Title": "نموذج"}  # type: ignore[index]
    assert b"pdfuaid" in root["/Metadata"].get_data()  # type: ignore[attr-defined]


def test_the_same_words_give_the_same_bytes() -> None:
    first, again, other = (pdf(f"<p>{word}</p>", language="ko", title="Form") for word in ("가", "가", "나"))
    assert first == again != other


@pytest.mark.parametrize("asking", ASKING)
def test_a_document_that_asks_for_anything_is_refused_and_nobody_is_asked(asking: str) -> None:
    with listener() as (port, came), pytest.raises(RefusedFetchError):
        pdf(asking.format(port=port), language="en", title="Form")
    assert came == []


def test_the_listener_would_have_heard() -> None:
    with listener() as (port, came):
        socket.create_connection(("127.0.0.1", port)).close()
        threading.Event().wait(0.3)
    assert len(came) == 1


def test_a_machine_without_pango_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(queries, "_press", missing)
    with pytest.raises(DeniedError, match="no-pango"):
        pdf("<p>x</p>", language="en", title="Form")


def test_a_bare_machine_without_any_font_makes_documents_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>", encoding="ascii")
    program = (
        "import sys; from ieumgil.ground.documents.queries import pdf;"
        "sys.stdout.buffer.write(pdf('<p>뷁</p>', language='ko', title='Form'))"
    )
    bare = {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-c", program], env=bare, check=True, capture_output=True)
    assert "뷁" in text_of(done.stdout)
    assert fonts_of(done.stdout) == {"Pretendard"}


def fonts() -> list[Path]:
    return [path for path in (ROOM / "fonts").iterdir() if path.suffix in {".ttf", ".otf"}]


def test_every_font_is_named_in_the_look_and_has_its_licence_and_none_is_a_woff2() -> None:
    named = set(re.findall(r"url\(font:([^)]+)\)", (ROOM / "page.css").read_text("utf-8")))
    assert named == {path.name for path in fonts()}
    licensed = {path.name.split("-")[0] for path in (ROOM / "fonts" / "licences").iterdir()}
    assert {path.name.split("-")[0] for path in fonts()} == licensed
    assert not list((ROOM / "fonts").rglob("*.woff2"))


def test_the_name_of_a_file_says_a_plain_word_and_a_day() -> None:
    assert file_name("form", date(2026, 11, 25)) == "form-2026-11-25.pdf"
    for word in ("예시가", "for m", "../form", ""):
        with pytest.raises(ValueError, match="plain word"):
            file_name(word, date(2026, 11, 25))


def test_arabic_runs_from_right_to_left() -> None:
    assert [direction(language) for language in ("ar", "ar-EG", "ko", "vi")] == ["rtl", "rtl", "ltr", "ltr"]
