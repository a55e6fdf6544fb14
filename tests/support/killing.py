"""Two nodes in exchange: one of them, or its database, is killed again and again while the other goes on referring."""

import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Timer
from time import monotonic, sleep
from typing import Final

from tests.support.kept import Facts, Verdict, judge
from tests.support.nodes import PATIENCE, Node, NodeDiedError, RefusedError
from tests.support.postgres import Cluster

POLICE, SHELTER, SECRETARIAT = "narae-police", "garam-shelter", "narae-secretariat"
SENDERS: Final = {POLICE: {"officer": "case-worker"}, SECRETARIAT: {"secretary": "coordinator"}}
RECEIVERS: Final = {SHELTER: {"night": "case-worker"}}
ABOUT: Final = json.dumps(
    {"need": "shelter", "region": "bada", "languages": ["vi"], "age_band": "25-34", "sex": "female"}
)
CLOSES: Final = 1 / 3  # of the clicks
MOST_WAITING: Final = 50  # bundles: enough that one is always under way
COUNT: Final = "SELECT count(*) FROM exchange_outboxitem WHERE state = ?"
FACTS: Final = (sys.executable, "-m", "tests.support.kept")

Stroke = Callable[[], None]


@dataclass
class Exchange:
    """A police unit that enquires at a shelter on another node, and what its worker was told."""

    sender: Node
    receiver: Node
    case: str
    chance: Random
    longest_life: float = 0.8  # seconds from the first receipt to the death
    kills: int = 0
    recoveries: list[float] = field(default_factory=list)  # seconds from a death to the next receipt
    told: list[str] = field(default_factory=list)  # threads
    again: int = 0  # clicks repeated because no answer came
    _struck_at: float = 0
    _open: list[str] = field(default_factory=list)
    _clicks: int = 0
    _unanswered: tuple[str, ...] = ()

    def kill(self, strike: Stroke, mend: Stroke) -> None:
        """Click on until bundles flow, then `strike` at a moment that nobody knows, and `mend`.

        What got no answer is clicked again. Raises NodeDiedError if no bundle flows for a minute.
        """
        self._wait_for_a_receipt()
        timer = Timer(self.chance.uniform(0, self.longest_life), strike)
        timer.start()
        self._click_while(timer.is_alive)
        timer.join()
        self.kills, self._struck_at = self.kills + 1, monotonic()
        mend()
        self._click()
        self._hurry()

    def settle(self) -> None:
        """Wait until nothing waits for its receipt any more; raises NodeDiedError once nothing moves for a minute."""
        fewest, until = self._count("waiting"), monotonic() + PATIENCE
        while waiting := self._count("waiting"):
            if waiting < fewest:
                fewest, until = waiting, monotonic() + PATIENCE
            if monotonic() > until:
                said = (f"{node.home.name}: {node.tail('serve')}" for node in (self.sender, self.receiver))
                raise NodeDiedError(f"{waiting} still wait; {'; '.join(said)}")
            self._hurry()
            sleep(0.1)

    def verdict(self) -> Verdict:
        """Wait for the last receipt and judge what both nodes hold."""
        self.settle()
        return judge(*self.facts(), self.told, self.again)

    def facts(self) -> tuple[Facts, Facts]:
        """Give what the tables of both nodes say."""
        with ThreadPoolExecutor(2) as both:
            sender, receiver = both.map(lambda node: node.run(program=FACTS), (self.sender, self.receiver))
        return Facts(**json.loads(sender)), Facts(**json.loads(receiver))

    def _click(self) -> None:
        self.again += bool(self._unanswered)
        said = self._unanswered or self._next_words()
        self._unanswered = said
        with suppress(RefusedError):  # a close that was done before the answer could come
            answer = self.sender.do("officer", *said)
            if "enquire" in said:
                self.told.append(answer["thread"])
                self._open.append(answer["thread"])
        self._unanswered = ()

    def _next_words(self) -> tuple[str, ...]:
        if self._open and self.chance.random() < CLOSES:
            thread = self._open.pop(self.chance.randrange(len(self._open)))
            return ("referral", "close", thread, "--reason", "complete")
        self._clicks += 1
        key = ("--once", f"click {self._clicks}")
        return (
            "referral",
            "enquire",
            self.case,
            "--to",
            SHELTER,
            "--urgency",
            "urgent",
            "--about",
            ABOUT,
            *key,
        )

    def _hurry(self) -> None:
        """Let the waiting times between tries be over."""
        with closing(sqlite3.connect(self._file, timeout=PATIENCE)) as database, database:
            database.execute("UPDATE exchange_outboxitem SET next_try_at = made_at WHERE state = 'waiting'")

    def _wait_for_a_receipt(self) -> None:
        settled, until = self._count("delivered"), monotonic() + PATIENCE
        self._click_while(lambda: self._count("delivered") == settled and monotonic() < until)
        if monotonic() > until:
            raise NodeDiedError(f"no receipt comes any more: {self.receiver.tail('serve')}")
        if self.kills:
            self.recoveries.append(monotonic() - self._struck_at)

    def _click_while(self, going_on: Callable[[], bool]) -> None:
        while going_on():
            if self._count("waiting") > MOST_WAITING:
                sleep(0.01)
                continue
            with suppress(NodeDiedError):
                self._click()

    def _count(self, state: str) -> int:
        with closing(sqlite3.connect(self._file, timeout=PATIENCE)) as database:
            return int(database.execute(COUNT, [state]).fetchone()[0])

    @property
    def _file(self) -> Path:
        return self.sender.home / "node.sqlite3"


@contextmanager
def exchange(folder: Path, *, database: str = "", seed: int = 20261125) -> Iterator[Exchange]:
    """Found two nodes and serve them; `database` is the receiver's, by default a SQLite file. Ends all processes."""
    sender, receiver = Node(folder / "sender"), Node(folder / "receiver", database)
    try:
        with ThreadPoolExecutor(2) as both:
            ours, theirs = both.submit(sender.found, SENDERS), both.submit(receiver.found, RECEIVERS)
            cards = [*ours.result(), *theirs.result()]
        roll = str(folder / "roll.json")
        sender.do("secretary", "roll", "sign", *map(str, cards), "--out", roll)
        receiver.do(None, "roll", "join", roll, "--words", sender.do(None, "roll", "words", roll))
        receiver.bury()
        case = sender.do("officer", "case", "open")
        sender.do("officer", "consent", "leave", case, "--language", "vi")
        with ThreadPoolExecutor(2) as both:
            list(both.map(Node.start, (sender, receiver)))
        yield Exchange(sender, receiver, case, Random(seed))
    finally:
        sender.bury()
        receiver.bury()


def kill_node(pair: Exchange, *, sender_too: bool = False) -> None:
    """Kill every process of the receiver, and of the sender, in the middle of their work; start them again."""
    falling = [pair.receiver, *([pair.sender] if sender_too else [])]

    def strike() -> None:
        for node in falling:
            node.shoot()

    def mend() -> None:
        for node in falling:
            node.bury()
        with ThreadPoolExecutor(2) as both:
            list(both.map(Node.start, falling))

    pair.kill(strike, mend)


def kill_database(pair: Exchange, cluster: Cluster) -> None:
    """Kill every process of the receiver's PostgreSQL in the middle of its work; start it again."""
    pair.kill(cluster.kill, cluster.start)
