"""How the journey is told: numbered lines in Korean or English; what was sent, what was held back and why, whose turn."""

import json
import time
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import click

from ieumgil.agreements.queries import calendar, labels
from ieumgil.consent.queries import reason_label
from ieumgil.ground.words.queries import word
from ieumgil.identification.queries import labels as signs
from ieumgil.site.demo.nodes import PATIENCE, DemoNode, RefusedError, StepError

COUNTRY = "narae"


class Teller:
    """Tells the steps and counts them."""

    def __init__(self, language: str) -> None:
        """Begin at step 0."""
        self.language, self.steps, self.at = language, 0, ""

    def chapter(self, key: str) -> None:
        """Begin a chapter of the journey."""
        click.echo()
        click.secho(f"— {self.text(key)} —", bold=True)

    def step(self, key: str, **facts: object) -> None:
        """Tell one step."""
        self.steps += 1
        self.at = key
        click.echo(f"{self.steps:>3}. {self.text(key, **facts)}")

    def detail(self, key: str, **facts: object) -> None:
        """Tell something of the step before."""
        click.echo(f"       {self.text(key, **facts)}")

    def packet(self, preview: dict[str, Any]) -> None:
        """Tell what is sent, and what is held back and why."""
        fields = labels("fields")
        sent = [self._label(fields[path]) for path in preview["sent"]]
        self.detail("sent", fields=", ".join(sent))
        for reason in sorted({held["why"] for held in preview["held_back"]}):
            paths = [held["field"] for held in preview["held_back"] if held["why"] == reason]
            names = ", ".join(self._label(fields[path]) for path in paths if path in fields)
            self.detail("held-back", fields=names, why=reason_words(reason, self.language))

    def text(self, key: str, **facts: object) -> str:
        """Give a line of the story in the chosen language."""
        return _story()[key][self.language].format(**facts)

    def word(self, code: str) -> str:
        """Give the words for a code such as `state.CLOSED` or `reason.full`."""
        return word(code, self.language) or code

    def sign(self, code: str) -> str:
        """Give the words for a sign, a rule or an outcome of identification."""
        label = signs().get(code)
        return self._label(label) if label else code

    def when(self, moment: str) -> str:
        """Give a moment as people write it, by the clock of the country."""
        local = datetime.fromisoformat(moment).astimezone(calendar(COUNTRY).zone)
        if self.language == "ko":
            return f"{local.year}년 {local.month}월 {local.day}일 {local:%H:%M}"
        return f"{local.day} {local:%B %Y, %H:%M}"

    def _label(self, label: Any) -> str:  # noqa: ANN401  a Label of agreements
        return str(label.ko if self.language == "ko" else label.en)


class Both:
    """The two sides of a thread: it waits until both have come to the same state, and tells whose turn it is."""

    def __init__(self, teller: Teller, sides: dict[str, tuple[DemoNode, str, str]]) -> None:
        """Keep, by side F and R, the node, a worker of it who may look, and the agency's short name."""
        self.teller, self.sides = teller, sides
        self.thread = ""

    def agree(self, expected: str) -> dict[str, Any]:
        """Wait until both sides are in the expected state and nothing waits for delivery; raises StepError."""
        until = time.monotonic() + PATIENCE
        seen: dict[str, Any] = {}
        while time.monotonic() < until:
            seen = {side: look(node, worker, self.thread) for side, (node, worker, _) in self.sides.items()}
            states = {row["state"] if row else None for row in seen.values()}
            if states == {expected} and not any(row["undelivered"] for row in seen.values()):
                self._tell(seen["F"])
                return dict(seen["F"])
            time.sleep(0.1)
        raise StepError(
            f"step {self.teller.steps} ({self.teller.at}): wanted {expected} on both sides, found {seen}"
        )

    def _tell(self, row: dict[str, Any]) -> None:
        state = self.teller.word("state." + row["state"])
        if not row["owes"]:
            self.teller.detail("nobodys-turn", state=state)
            return
        due = self.teller.when(str(row["due_at"]))
        self.teller.detail("turn", state=state, who=self.sides[row["owes"]][2], due=due)


def look(node: DemoNode, worker: str, thread: str) -> dict[str, Any] | None:
    """Give where a thread stands at a node, None if it has not come there yet."""
    try:
        return dict(node.do(worker, "referral", "look", thread))
    except RefusedError as refused:
        if refused.code == "absent":
            return None
        raise


def reason_words(code: str, language: str) -> str:
    """Give the words for a reason of holding back."""
    return reason_label(code, language)


@cache
def _story() -> dict[str, dict[str, str]]:
    text = (files("ieumgil.site.demo") / "story.json").read_text(encoding="utf-8")
    story: dict[str, dict[str, str]] = json.loads(text)
    return story
