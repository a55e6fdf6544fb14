"""Read PDFs back as a person's program would: the text, the lines that say their own, the fonts, what the file says of itself."""

from io import BytesIO

from pypdf import PdfReader
from pypdf.generic import ContentStream, DictionaryObject


def reader(pdf: bytes) -> PdfReader:
    """Open a PDF strictly."""
    return PdfReader(BytesIO(pdf), strict=True)


def text_of(pdf: bytes) -> str:
    """Give all text: as the glyphs say, and after it the lines that say their own (ActualText)."""
    pages = reader(pdf).pages
    glyphs = "\n".join(page.extract_text() for page in pages)
    own = [
        str(line) for page in pages for line in _own_words(ContentStream(page.get_contents(), pages[0].pdf))
    ]
    return "\n".join([glyphs, *own])


def flat(text: str) -> str:
    """Leave out where lines were broken."""
    return " ".join(text.split())


def fonts_of(pdf: bytes) -> set[str]:
    """Give the names of the embedded fonts, without the tag of the subset."""
    found = set()
    for page in reader(pdf).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            found.add(str(font.get_object()["/BaseFont"]).partition("+")[2])
    return found


def _own_words(content: ContentStream) -> list[object]:
    marks = [operands[1] for operands, operator in content.operations if operator == b"BDC"]
    return [
        mark["/ActualText"] for mark in marks if isinstance(mark, DictionaryObject) and "/ActualText" in mark
    ]
