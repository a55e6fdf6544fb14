"""A node for real, through its own command line: made, signed in to, backed up with keys apart, brought back, upgraded."""

import http.client
import re
from pathlib import Path

import pytest

from tests.support.nodes import Node, NodeDiedError

LINK = re.compile(r"http://127\.0\.0\.1:\d+/welcome/([\w-]{32})/")
PAPER = re.compile(r"(?:[a-z2-9]{5}-){4}[a-z2-9]{5}")
SAID = {
    "en": ("Keep on paper", "First account", "Brought back", "version of its program"),
    "ko": ("종이에 적어", "첫 계정", "되돌렸습니다", "프로그램의 판"),
}


def make(node: Node, language: str, **other: str) -> str:
    """Make a node of an invented shelter, without a question."""
    away = node.home.parent
    given = {
        "language": language,
        "country": "narae",
        "agency": "garam-shelter",
        "time-zone": "Asia/Seoul",
        "address": node.address,
        "handle": "night@garam",
        "root-out": str(away / "root.json"),
        "card-out": str(away / "card.json"),
    } | {name.replace("_", "-"): value for name, value in other.items()}
    return node.run("init", *(word for name, value in given.items() for word in (f"--{name}", value)))


def opened(node: Node, path: str) -> tuple[int, str]:
    """Open a page of a node that serves; gives the status and the page."""
    asked = http.client.HTTPConnection("127.0.0.1", node.port, timeout=30)
    asked.request("GET", path)
    answer = asked.getresponse()
    page = answer.read().decode()
    asked.close()
    return answer.status, page


@pytest.fixture
def node(tmp_path: Path) -> Node:
    """Give a node that is not made yet."""
    return Node(tmp_path / "node")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_node_is_made_backed_up_brought_back_and_upgraded(node: Node, language: str) -> None:
    away = node.home.parent
    first = make(node, language)
    paper, account, back, upgraded = SAID[language]
    assert paper in first
    assert account in first
    link = LINK.search(first)
    assert link
    passphrases = PAPER.findall(first)
    assert len(set(passphrases)) == 2
    (node.home / "credentials").mkdir()
    (node.home / "credentials" / "garam-shelter.passphrase").write_text(passphrases[0], encoding="utf-8")
    node.run("vault", "unlock-check")
    assert node.home.stat().st_mode & 0o077 == 0
    assert all((node.home / name).stat().st_mode & 0o077 == 0 for name in ("secret.key", "node.env"))

    node.run("backup", str(away / "data"), "--keys", str(away / "keys"))
    (data,) = (away / "data").glob("data-*")
    (keys,) = (away / "keys").glob("keys-*")
    assert (away / "keys" / "secret.key").read_text("utf-8") == (node.home / "secret.key").read_text("utf-8")
    newer = LINK.search(node.run("node", "link", "garam-shelter", "night@garam"))
    assert newer
    (node.home / "secret.key").unlink()
    assert back in node.run("restore", str(data), "--keys", str(keys), "--yes")
    assert (node.home / "secret.key").exists()
    assert upgraded in node.run("upgrade")
    node.run("vault", "unlock-check")

    node.start()
    try:
        assert opened(node, "/sign-in/")[0] == 200
        assert [opened(node, f"/welcome/{one[1]}/")[0] for one in (link, newer)] == [404, 404]
        good = LINK.search(node.run("node", "link", "garam-shelter", "night@garam"))
        assert good
        status, body = opened(node, f"/welcome/{good[1]}/")
        assert status == 200
        assert "night@garam" in body
    finally:
        node.bury()


def test_a_first_run_that_cannot_end_well_makes_nothing(node: Node) -> None:
    away = node.home.parent
    (away / "words").write_text("the same words for both keys", encoding="utf-8")
    same = str(away / "words")
    for wrong in (
        {"address": "http://node.example"},
        {"time_zone": "Narae/Bada"},
        {"agency": "nobody"},
        {"country": "nowhere"},
        {"root_out": str(away / "no-such-folder" / "root.json")},
        {"passphrase_file": same, "root_passphrase_file": same},
    ):
        with pytest.raises(NodeDiedError, match="Nothing was made"):
            make(node, "en", **wrong)
        assert not node.home.exists()
    make(node, "en")
    with pytest.raises(NodeDiedError, match="there is a node"):
        make(node, "en")


def test_keys_lie_apart_from_the_data(node: Node) -> None:
    make(node, "en")
    out = node.home.parent / "data"
    for keys in (out, out / "keys"):
        with pytest.raises(NodeDiedError, match="apart"):
            node.run("backup", str(out), "--keys", str(keys))
    assert not out.exists()
