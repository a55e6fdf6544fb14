"""What a gate answers: Allow, with the fields it allows, or Deny, with a code that a person can be told."""

from dataclasses import dataclass, field

from ieumgil.kernel.ids import FieldPath


@dataclass(frozen=True, slots=True)
class Allow:
    """The verb may go ahead; `fields` are the only ones that may be shown or sent (empty where fields do not matter)."""

    fields: frozenset[FieldPath] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Deny:
    """The verb may not go ahead; `code` names the reason in `ground/words`."""

    code: str


Outcome = Allow | Deny


class DeniedError(Exception):
    """A gate said no; `code` is the reason."""

    def __init__(self, code: str) -> None:
        """Keep the reason's code."""
        super().__init__(code)
        self.code = code


class AbsentError(Exception):
    """There is no such thing for this actor: absent, another agency's and erased give this same answer."""

    code = "absent"

    def __init__(self) -> None:
        """Say nothing but that it is absent, so that nothing can be learnt from it."""
        super().__init__("absent")


class StaleError(Exception):
    """Things moved on while the worker was writing; the words are kept (`kept`: where)."""

    code = "moved-on"

    def __init__(self, kept: str | None) -> None:
        """Keep the id of the draft that holds the words, if there were any."""
        super().__init__("moved on")
        self.kept = kept


def require(outcome: Outcome) -> Allow:
    """Turn a gate's no into DeniedError; give the Allow otherwise."""
    if isinstance(outcome, Deny):
        raise DeniedError(outcome.code)
    return outcome
