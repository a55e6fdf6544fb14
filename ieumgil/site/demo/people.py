"""The invented people of the demo and what they say; none of them is or resembles anybody."""

import json

LINH = {
    "identity.name": "린 예시", "identity.name_forms": [{"script": "Latn", "text": "Linh Example"}],
    "identity.birth_date": "1998-04-02", "identity.nationality": ["VN"], "identity.sex": "female",
    "contact.safe_channel": "text message", "contact.safe_hours": "09:00-11:00",
    "safety.threats": "a recruiter threatens her family",
    "needs.languages": ["vi"], "needs.services": ["shelter"], "health.allergies": "penicillin", "status.residence": "expired",
    "shelter.address": "never to leave", "others.names": ["another person"],
}  # fmt: skip
CHILD = {
    "identity.name": "가온 예시",
    "identity.birth_date": "2010-09-01",
    "identity.sex": "male",
    "needs.languages": ["ko"],
}
DAO = {
    "identity.name": "다오", "identity.sex": "male", "contact.safe_channel": "in person", "needs.languages": ["th"],
    "needs.services": ["shelter"], "safety.threats": "wages and papers are held back", "health.urgent": "a deep cut",
}  # fmt: skip
ANA = {
    "identity.name": None,
    "contact.safe_channel": "through the counsellor",
    "needs.languages": ["en"],
    "safety.threats": "followed home",
}

ADULT_ANSWERS = {
    "brought": "yes",
    "promise": "yes",
    "papers": "yes",
    "work": "yes",
    "debt": "yes",
    "danger": "unknown",
}
ADULT_WORDS = {"papers": "The owner keeps my passport in a locked drawer."}
CHILD_ANSWERS = {
    "brought": "yes",
    "work": "yes",
    "papers": "no",
    "leave": "no",
    "debt": "no",
    "promise": "no",
}
FEW_ANSWERS = {"brought": "yes", "work": "prefer-not"}

ESTABLISHED = ("DR01", "DR08", "EX01", "EX04", "CD01", "CD02", "CD03")
CHILD_ESTABLISHED = ("EX01", "EX03")


def asked(need: str = "shelter", language: str = "vi", sex: str = "female") -> str:
    """Give what an enquiry asks, as the command takes it."""
    return json.dumps(
        {"need": need, "region": "bada", "languages": [language], "age_band": "25-34", "sex": sex}
    )
