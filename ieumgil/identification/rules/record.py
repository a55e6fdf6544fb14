"""Conclusions and readings as JSON values and back, so that what was concluded then is read as it was."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from ieumgil.identification.rules.age import AgeClass, AgeFacts, AgeStatus
from ieumgil.identification.rules.cells import Outcome
from ieumgil.identification.rules.indicators import Dimension, Tier
from ieumgil.identification.rules.questions import Element
from ieumgil.identification.rules.reading import DimensionReading, Reading, Sign, State
from ieumgil.identification.rules.screening import Conclusion, ConclusionCode, Missing, Reason, Rule
from ieumgil.kernel.canonical import Json


def conclusion_to_json(conclusion: Conclusion) -> dict[str, Json]:
    """Give a conclusion as a JSON object of its own field names."""
    return asdict(conclusion)


def conclusion_from_json(raw: Mapping[str, Any]) -> Conclusion:
    """Read back what `conclusion_to_json` gave; raises ValueError or KeyError for anything else."""
    return Conclusion(
        code=ConclusionCode(raw["code"]),
        rule=Rule(raw["rule"]),
        age_status=AgeStatus(raw["age_status"]),
        urgent=raw["urgent"],
        reasons=tuple(_reason(reason) for reason in raw["reasons"]),
        missing=tuple(_missing(missing) for missing in raw["missing"]),
        version=raw["version"],
    )


def reading_to_json(reading: Reading) -> dict[str, Json]:
    """Give a reading as a JSON object of its own field names."""
    return asdict(reading)


def reading_from_json(raw: Mapping[str, Any]) -> Reading:
    """Read back what `reading_to_json` gave; raises ValueError or KeyError for anything else."""
    return Reading(
        outcome=Outcome(raw["outcome"]),
        because=raw["because"],
        age=AgeClass(raw["age"]),
        dimensions=tuple(_dimension(dimension) for dimension in raw["dimensions"]),
        may_become=tuple(Outcome(code) for code in raw["may_become"]),
        version=raw["version"],
    )


def age_to_json(facts: AgeFacts) -> dict[str, Json]:
    """Give age facts as a JSON object, days in ISO form."""
    days = {"asked_on": facts.asked_on, "born": facts.born, "act_began": facts.act_began}
    known = {name: day.isoformat() if day else None for name, day in days.items()}
    ends = {"born_until": facts.born_until, "act_until": facts.act_until}
    known |= {name: day.isoformat() for name, day in ends.items() if day}
    return {**known, "may_be_child": facts.may_be_child, "said": facts.said}


def age_from_json(raw: Mapping[str, Any]) -> AgeFacts:
    """Read back what `age_to_json` gave; raises ValueError or KeyError for anything else."""
    days = {name: _day(raw.get(name)) for name in ("born", "act_began", "born_until", "act_until")}
    asked_on = date.fromisoformat(raw["asked_on"])
    return AgeFacts(asked_on, may_be_child=raw["may_be_child"], said=raw["said"], **days)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _reason(raw: Mapping[str, Any]) -> Reason:
    return Reason(Element(raw["element"]), raw["code"], tuple(raw["questions"]), tuple(raw["own_words"]))


def _missing(raw: Mapping[str, Any]) -> Missing:
    return Missing(Element(raw["element"]), tuple(raw["ask_again"]), tuple(raw["left_unsaid"]))


def _dimension(raw: Mapping[str, Any]) -> DimensionReading:
    signs = tuple(
        Sign(sign["code"], Tier(sign["tier"]) if sign["tier"] else None, sign["check"])
        for sign in raw["signs"]
    )
    return DimensionReading(Dimension(raw["dimension"]), State(raw["state"]), signs, tuple(raw["unknown"]))
