"""Keep the Korean catalogues of the rooms: `python tools/messages.py update|compile|check [room …]`.

What people read is written in English in the code and the templates of a room; the room's own
`locale/ko/LC_MESSAGES/django.po` has the Korean. No system gettext is needed. `update` brings the catalogues to what
the code says (new texts come untranslated unless another room has translated the same text), and compiles them.
"""

import argparse
import io
import re
import struct
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE: Final = Path(__file__).resolve().parents[1] / "ieumgil"
CATALOGUE: Final = Path("locale", "ko", "LC_MESSAGES", "django.po")
LAZY: Final = ("gettext", "ngettext", "pgettext", "npgettext")
KEYWORDS: Final[dict[str, Any]] = {
    **DEFAULT_KEYWORDS,
    "gettext_noop": None,
    **{f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in LAZY},
}
TEMPLATES: Final = {".html", ".txt", ".svg"}
NOT_READ: Final = {"locale", "migrations", "static", "help", "__pycache__"}
# Always the same, so that a compiled catalogue changes only with its words.
NO_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
HEADER: Final = """\
msgid ""
msgstr ""
"Language: ko\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
HAS_TO_MATCH: Final = re.compile(r"%\(\w+\)[a-z]|</?[a-z][a-z0-9-]*")

Key = tuple[str, str]  # context, text


@dataclass(frozen=True)
class Room:
    """A room and its catalogue."""

    name: str
    folder: Path

    @property
    def po(self) -> Path:
        """Give where the Korean is written."""
        return self.folder / CATALOGUE

    @property
    def mo(self) -> Path:
        """Give where the Korean is read from when a page is shown."""
        return self.po.with_suffix(".mo")


def rooms(package: Path = PACKAGE, named: Sequence[str] = ()) -> list[Room]:
    """Give the rooms (those of the ground as `ground.vault`, also by `vault`), or those named; ValueError if unknown."""
    found = [
        Room(".".join(folder.relative_to(package).parts), folder)
        for pattern in ("*/__init__.py", "ground/*/__init__.py")
        for folder in sorted(path.parent for path in package.glob(pattern))
        if folder.name != "ground"
    ]
    known = {name: room for room in found for name in (room.name, room.folder.name)}
    if unknown := sorted(set(named) - known.keys()):
        raise ValueError(f"no such room: {', '.join(unknown)}")
    return [known[name] for name in named] if named else found


def key_of(message: Message) -> Key:
    """Give what makes a text one text: its context and its (singular) words."""
    return message.context or "", both(message)[0]


def said_in(room: Room) -> Catalog:
    """Read every text that the code and the templates of a room show."""
    said = Catalog(locale="ko")
    for path in sorted(room.folder.rglob("*")):
        if NOT_READ & set(path.relative_to(room.folder).parts):
            continue
        if path.suffix == ".py" or path.suffix in TEMPLATES:
            for text, context in _texts(path):
                said.add(text, context=context)
    return said


def _texts(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    source = path.read_text("utf-8")
    if path.suffix in TEMPLATES:
        # what remains of a template looks like Python, but for its indentation
        source = "\n".join(line.lstrip() for line in templatize(source, origin=str(path)).splitlines())
    for _line, text, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
        yield text, context


def written(room: Room) -> Catalog:
    """Read the catalogue of a room; an empty one where there is none."""
    catalogue = Catalog(locale="ko")
    if room.po.exists():
        with room.po.open("rb") as file:
            catalogue = read_po(file, locale="ko", abort_invalid=True)
    catalogue.creation_date = catalogue.revision_date = NO_DAY
    return catalogue


def texts(catalogue: Iterable[Message]) -> dict[Key, Message]:
    """Give the messages by their key, without the header."""
    return {key_of(message): message for message in catalogue if message.id}


def forms(message: Message) -> tuple[str, ...]:
    """Give the Korean of a message: one form, several, or none at all."""
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(form or "" for form in string)


def both(message: Message) -> tuple[str, ...]:
    """Give the English of a message: one form, or the singular and the plural."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def is_translated(message: Message) -> bool:
    """Say whether every form has words."""
    return bool(forms(message)) and all(form.strip() for form in forms(message))


def update(room: Room, elsewhere: Iterable[Message] = ()) -> list[str]:
    """Bring a catalogue to what the room says, keeping what is translated; give the texts left without Korean."""
    said, before = said_in(room), texts(written(room))
    borrowed = {key_of(message): message for message in elsewhere if is_translated(message)}
    for key, message in texts(said).items():
        known = before.get(key)
        if known is None or not is_translated(known):
            known = borrowed.get(key, known)
        if known is not None:
            korean = forms(known)[0]
            message.string = korean if isinstance(message.id, str) else (korean,)
            message.flags |= known.flags & {"fuzzy"}
            message.user_comments = known.user_comments
    _write(room, said)
    compile_catalogue(room)
    return [key[1] for key, message in texts(said).items() if not is_translated(message)]


def _write(room: Room, said: Catalog) -> None:
    if not texts(said):
        room.po.unlink(missing_ok=True)
        return
    room.po.parent.mkdir(parents=True, exist_ok=True)
    new = _po(said)
    if not room.po.exists() or room.po.read_text("utf-8") != new:
        room.po.write_text(new, "utf-8")


def _po(catalogue: Catalog) -> str:
    body = io.BytesIO()
    write_po(body, catalogue, width=0, no_location=True, omit_header=True, sort_output=True)
    return HEADER + body.getvalue().decode().strip() + "\n"


def compile_catalogue(room: Room) -> None:
    """Write what Django reads, only if its words differ from what is there."""
    if not room.po.exists():
        room.mo.unlink(missing_ok=True)
    elif is_stale(room):
        room.mo.write_bytes(_compiled(room))


def _compiled(room: Room) -> bytes:
    catalogue = written(room)
    for message in texts(catalogue).values():
        if message.fuzzy or not is_translated(message):
            catalogue.delete(message.id, message.context)
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def is_stale(room: Room) -> bool:
    """Say whether the compiled catalogue says anything else than the written one."""
    if not room.mo.exists():
        return room.po.exists()
    return _entries(room.mo.read_bytes()) != _entries(_compiled(room))


def _entries(compiled: bytes) -> dict[bytes, bytes]:
    """Read the texts of a compiled catalogue, but not its header, which names the program that wrote it."""
    count, originals, translations = struct.unpack_from("<3I", compiled, 8)

    def text(table: int, number: int) -> bytes:
        length, start = struct.unpack_from("<2I", compiled, table + 8 * number)
        return compiled[start : start + length]

    entries = {text(originals, number): text(translations, number) for number in range(count)}
    return {original: translation for original, translation in entries.items() if original}


def faults(package: Path = PACKAGE, named: Sequence[str] = ()) -> Iterator[str]:
    """Name everything that is wrong with the catalogues: one line each."""
    korean: dict[Key, dict[tuple[str, ...], str]] = defaultdict(dict)
    for room in rooms(package):
        catalogue = texts(written(room))
        for key, message in catalogue.items():
            if is_translated(message):
                korean[key].setdefault(forms(message), room.name)
        if not named or room in rooms(package, named):
            yield from _faults_of(room, catalogue)
    for key, said in korean.items():
        if len(said) > 1:
            yield f"{', '.join(sorted(said.values()))}: translated in more than one way: {key[1]!r}"


def _faults_of(room: Room, catalogue: dict[Key, Message]) -> Iterator[str]:
    said = texts(said_in(room))
    yield from (f"{room.name}: not in the catalogue: {key[1]!r}" for key in said.keys() - catalogue.keys())
    yield from (f"{room.name}: unused: {key[1]!r}" for key in catalogue.keys() - said.keys())
    yield from (f"{room.name}: unused, and commented out: {key!r}" for key in written(room).obsolete)
    for key, message in catalogue.items():
        if not is_translated(message):
            yield f"{room.name}: untranslated: {key[1]!r}"
        elif message.fuzzy:
            yield f"{room.name}: fuzzy: {key[1]!r}"
        elif any(marks(form) != marks(message.id) for form in forms(message)):
            yield f"{room.name}: placeholders or tags differ: {key[1]!r}"
    if is_stale(room):
        yield f"{room.name}: not compiled since the last change"
    if room.po.exists() and room.po.read_text("utf-8").count("\nmsgid ") != len(catalogue):
        yield f"{room.name}: a text stands twice in the catalogue; update puts it right"


def marks(text: str | Iterable[str]) -> set[str]:
    """Give the placeholders and tags of a text, or of all its forms together."""
    return set(HAS_TO_MATCH.findall(text if isinstance(text, str) else " ".join(text)))


def main() -> int:
    """Do what the command line says; 1 if anything is wrong or left to translate."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("update", "compile", "check"))
    parser.add_argument(
        "room", nargs="*", help="referral, consent, ground.post or post …; all if none is named"
    )
    asked = parser.parse_args()
    try:
        chosen = rooms(named=asked.room)
    except ValueError as error:
        parser.error(str(error))
    if asked.what == "check":
        found = sorted(faults(named=asked.room))
    elif asked.what == "compile":
        found = []
        for room in chosen:
            compile_catalogue(room)
    else:
        elsewhere = [message for room in rooms() for message in texts(written(room)).values()]
        found = [
            f"{room.name}: to translate: {text!r}" for room in chosen for text in update(room, elsewhere)
        ]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
