"""`ieumgil demo`: play the journey between two nodes, check its end, and keep serving unless told otherwise."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click

from ieumgil.site.demo.founding import FRONT, PROTECTION, found, name_of
from ieumgil.site.demo.mending import otherwise, recalling, wire_and_power
from ieumgil.site.demo.nodes import DemoNode, RefusedError, StepError
from ieumgil.site.demo.referring import Journey, consenting, enquiring, referring, screening
from ieumgil.site.demo.telling import Teller, look

DEFAULT_PORTS = (8411, 8412)
# Whose chairs the walks of the README sit in, and by which role: who works on the first node, and who on the second.
CHAIRS = (
    (("officer@police", "first-responder"), ("reviewer@police", "reviewer")),
    (
        ("night@garam", "case-worker"),
        ("counsel@onbit", "case-worker"),
        ("secretary@secretariat", "coordinator"),
    ),
)


@click.command("demo")
@click.option(
    "--home", envvar="IEUMGIL_DEMO_HOME", default=".demo", type=click.Path(file_okay=False, path_type=Path)
)
@click.option("--ports", envvar="PORTS", default="", help="Two ports, such as '8411 8412'.")
@click.option("--port", envvar="PORT", default="", help="The first of two neighbouring ports.")
@click.option("--once", envvar="ONCE", default="", help="Anything: play, check and stop.")
def demo(home: Path, ports: str, port: str, once: str) -> None:
    """Two nodes of an invented country refer people to each other."""
    teller = Teller("ko" if os.environ.get("IEUMGIL_LANGUAGE") == "ko" else "en")
    nodes: list[DemoNode] = []
    try:
        journey = play(home.resolve(), _ports(ports, port), teller, nodes)
        check_the_end(journey)
        click.echo(f"\njourney complete: {teller.steps} steps, 2 nodes agree")
        if not once:
            _keep_serving(teller, nodes)
    except (StepError, RefusedError) as failed:
        sys.exit(teller.text("failed", number=teller.steps + 1, after=teller.at or "-", why=failed))
    except KeyboardInterrupt:
        pass
    finally:
        for node in nodes:
            node.stop()


def play(home: Path, ports: tuple[int, int], teller: Teller, nodes: list[DemoNode]) -> Journey:
    """Play all chapters; `nodes` gets the nodes as soon as they run, so that they are stopped whatever happens."""
    front, protection = found(home, ports, teller.language, teller, nodes)
    journey = Journey(front, protection, teller, {})
    case = screening(journey)
    thread = enquiring(journey, case)
    consenting(journey, case, thread)
    referring(journey, thread)
    recalling(journey)
    otherwise(journey)
    wire_and_power(journey)
    return journey


def check_the_end(journey: Journey) -> None:
    """Check that every thread ended as it must on both nodes, and that all ledgers are sound; raises StepError."""
    journey.teller.chapter("chapter-end")
    for name, (both, expected) in journey.threads.items():
        seen = {side: look(node, worker, both.thread) for side, (node, worker, _) in both.sides.items()}
        states = {row["state"] if row else None for row in seen.values()}
        if states != {expected}:
            raise StepError(f"{name}: wanted {expected} on both nodes, found {states}")
    journey.teller.step("all-agree", count=len(journey.threads))
    for node in (journey.front, journey.protection):
        node.once("ledger", "verify")
        for slug in FRONT if node is journey.front else PROTECTION:
            entries = node.do(None, "ledger", "size", slug)
            journey.teller.step(
                "ledgers-sound", agency=name_of(slug, journey.teller.language), entries=entries
            )


def _ports(ports: str, port: str) -> tuple[int, int]:
    numbers = [int(word) for word in (ports or port).replace(",", " ").split() if word.isdigit()]
    if ports and len(numbers) != 2:  # noqa: PLR2004
        raise StepError("PORTS names two ports, such as PORTS='8411 8412'")
    if len(numbers) == 1:
        return numbers[0], numbers[0] + 1
    return (numbers[0], numbers[1]) if numbers else DEFAULT_PORTS


def _keep_serving(teller: Teller, nodes: list[DemoNode]) -> None:
    for node in nodes:
        click.echo(f"{node.name}: {node.address}/alive  IEUMGIL_HOME={node.home}")
    for line in sign_in_links(teller, nodes):
        click.echo(line)
    click.echo(teller.text("keeps-serving"))
    while True:
        time.sleep(1)


def sign_in_links(teller: Teller, nodes: list[DemoNode]) -> Iterator[str]:
    """Give the links by which one sits down as somebody of the demo, each with the role in words."""
    yield f"\n{teller.text('sign-in-links')}"
    for node, chairs in zip(nodes, CHAIRS, strict=True):
        for handle, role in chairs:
            yield f"  {node.address}/demo/as/{handle}/  {teller.word('role.' + role)}"
    yield f"  {nodes[0].address}/demo/phone/  {teller.text('duty-phone')}"
    yield teller.text("one-at-a-time")


commands = [demo]
