"""Found the invented country's mechanism: two nodes, seven agencies, one roll, one agreement."""

import json
import shutil
from pathlib import Path

from ieumgil.agreements.queries import country
from ieumgil.site.demo.nodes import PASSPHRASE, DemoNode, StepError, answers
from ieumgil.site.demo.telling import COUNTRY, Teller

FRONT = ("narae-police", "narae-immigration", "narae-labour")
PROTECTION = ("garam-shelter", "onbit-counselling", "nuri-legal-aid", "narae-secretariat")
# In earnest it lies, like the root keys, with the agency's people and never on the node.
ROOT_PASSPHRASE = "another invented passphrase, for the root keys of the demo"  # noqa: S105  invented
_STAFF = ("first-responder", "case-worker", "supervisor")
WORKERS: dict[str, dict[str, tuple[str, ...]]] = {
    "narae-police": {
        "officer@police": _STAFF,
        "day@police": ("first-responder", "case-worker"),
        "reviewer@police": ("reviewer",),
        "keys@police": ("key-officer",),
    },
    "narae-immigration": {"officer@immigration": _STAFF},
    "narae-labour": {"inspector@labour": _STAFF},
    "garam-shelter": {
        "night@garam": ("case-worker",),
        "day@garam": ("case-worker",),
        "keys@garam": ("key-officer",),
    },
    "onbit-counselling": {"counsel@onbit": ("case-worker",)},
    "nuri-legal-aid": {"lawyer@nuri": ("case-worker",)},
    "narae-secretariat": {"secretary@secretariat": ("coordinator",)},
}


def found(
    folder: Path, ports: tuple[int, int], language: str, teller: Teller, nodes: list[DemoNode]
) -> tuple[DemoNode, DemoNode]:
    """Make both nodes from nothing and start them; raises StepError, for a taken port with what to do."""
    for port in ports:
        if answers(port):
            raise StepError(teller.text("port-taken", port=port))
    shutil.rmtree(folder, ignore_errors=True)
    front = DemoNode(teller.text("name-front"), folder / "front-line", ports[0], language)
    protection = DemoNode(teller.text("name-protection"), folder / "protection", ports[1], language)
    nodes += [front, protection]
    teller.chapter("chapter-founding")
    for node, agencies in ((front, FRONT), (protection, PROTECTION)):
        _host(node, agencies)
        teller.step(
            "node-made", node=node.name, agencies=", ".join(name_of(slug, language) for slug in agencies)
        )
    _join(front, protection, teller)
    for node in (front, protection):
        node.start()
        teller.step("node-serves", node=node.name, address=node.address)
    return front, protection


def name_of(slug: str, language: str) -> str:
    """Give an agency's name in the chosen language."""
    entry = next(one for one in country(COUNTRY)["agencies"] if one["slug"] == slug)
    return str(entry["ko" if language == "ko" else "en"])


def agency_id(slug: str) -> str:
    """Give an agency's id."""
    return str(next(one["id"] for one in country(COUNTRY)["agencies"] if one["slug"] == slug))


def _host(node: DemoNode, agencies: tuple[str, ...]) -> None:
    for part in ("credentials", "cards", "roots"):
        (node.home / part).mkdir(parents=True, mode=0o700)
    node.once("node", "init")
    for slug in agencies:
        passphrase = _secret(node.home / "credentials" / f"{slug}.passphrase", PASSPHRASE)
        of_root = _secret(node.home / "roots" / f"{slug}.passphrase", ROOT_PASSPHRASE)
        node.do(
            None, "node", "host", slug, "--address", node.address, "--passphrase-file", passphrase,
            "--root-passphrase-file", of_root,
            "--root-out", str(node.home / "roots" / f"{slug}.root.json"), "--card-out", str(_card(node, slug)),
        )  # fmt: skip
        for handle, roles in WORKERS[slug].items():
            node.do(
                None, "node", "invite", slug, handle, *(word for role in roles for word in ("--role", role))
            )


def _secret(path: Path, words: str) -> str:
    path.write_text(words + "\n", encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def _join(front: DemoNode, protection: DemoNode, teller: Teller) -> None:
    cards = [
        str(_card(node, slug)) for node, slugs in ((front, FRONT), (protection, PROTECTION)) for slug in slugs
    ]
    roll = protection.home / "roll.json"
    protection.do("secretary@secretariat", "roll", "sign", *cards, "--out", str(roll))
    words = protection.do(None, "roll", "words", str(roll), "--language", teller.language)
    front.do(None, "roll", "join", str(roll), "--words", words)
    teller.step("roll-joined", count=len(cards), node=front.name, words=words)
    agreement = protection.home / "agreement.json"
    agreement.write_text(json.dumps(country(COUNTRY)["agreements"][0], ensure_ascii=False), encoding="utf-8")
    protection.do("secretary@secretariat", "agreement", "load", str(agreement))
    front.do("keys@police", "agreement", "load", str(agreement))
    teller.step("agreement-loaded", title=country(COUNTRY)["agreements"][0]["title"][teller.language])


def _card(node: DemoNode, slug: str) -> Path:
    return node.home / "cards" / f"{slug}.card.json"
