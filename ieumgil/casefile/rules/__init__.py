"""Pure rules of a case: its stages and its code, the name a person gives, what is known of a birth date."""

from ieumgil.casefile.rules.birth import AgeRange, Birth
from ieumgil.casefile.rules.identity import STATELESS, Identity, Sex, identity_fields, identity_from
from ieumgil.casefile.rules.names import Name, NameForm, NameNotKnown, PersonName, Script, names_of
from ieumgil.casefile.rules.once import once_id
from ieumgil.casefile.rules.refused import NotAnIdentityError, check_fields, check_reason
from ieumgil.casefile.rules.stages import NEXT_STAGES, Stage, case_code, move

__all__ = [
    "NEXT_STAGES",
    "STATELESS",
    "AgeRange",
    "Birth",
    "Identity",
    "Name",
    "NameForm",
    "NameNotKnown",
    "NotAnIdentityError",
    "PersonName",
    "Script",
    "Sex",
    "Stage",
    "case_code",
    "check_fields",
    "check_reason",
    "identity_fields",
    "identity_from",
    "move",
    "names_of",
    "once_id",
]
