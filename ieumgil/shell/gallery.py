"""What the gallery shows: every element in its states, with invented words in the language of the page."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django import forms
from django.core.paginator import Page, Paginator
from django.utils.translation import get_language

AT: Final = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)
NOW: Final = AT + timedelta(hours=2)
SAID: Final[dict[str, tuple[str, str]]] = {
    "title": ("All elements", "모든 요소"),
    "send": ("Send", "보내기"),
    "save": ("Save for later", "나중을 위해 저장"),
    "back": ("Back", "뒤로"),
    "remove": ("Withdraw", "철회"),
    "start": ("Start a screening", "선별 시작"),
    "off": ("Not now", "지금은 안 됨"),
    "what": ("What", "할 일"),
    "turn": ("Whose turn", "차례"),
    "until": ("Until when", "기한"),
    "caption": ("What we owe", "우리가 할 일"),
    "answer": ("Answer a referral about a place for tonight", "오늘 밤 머물 곳에 대한 의뢰에 답하기"),
    "ours": ("Ours", "우리"),
    "shelter": ("Shelter of the harbour town", "항구 도시 지원시설"),
    "state": ("Waiting", "기다림"),
    "status": ("State", "상태"),
    "urgent": ("Within 24 hours", "24시간 안에"),
    "done": ("Accepted", "수락됨"),
    "no": ("Declined", "거절됨"),
    "text": (
        "One room, quiet, with a door that locks. Food without pork.",
        "문이 잠기는 조용한 방 하나. 돼지고기 없는 음식.",
    ),
    "happened": ("The referral was sent", "의뢰를 보냈습니다"),
    "kept": ("Your words were kept. Try again in a minute.", "쓴 말은 남아 있습니다. 잠시 뒤 다시 하세요."),
    "nothing": ("Nothing is waiting for you", "기다리는 일이 없습니다"),
    "by": ("the person, 25 November 2026", "본인, 2026년 11월 25일"),
    "question": ("Is the person in danger now?", "지금 위험합니까?"),
    "hint": ("Ask only what you need for tonight.", "오늘 밤에 필요한 것만 물어보세요."),
    "yes": ("Yes", "예"),
    "not": ("No", "아니요"),
    "unknown": ("Not known", "모름"),
    "place": ("Where", "장소"),
    "needs": ("Needs", "필요"),
    "room": ("A place to sleep", "잘 곳"),
    "doctor": ("A doctor", "의사"),
    "lawyer": ("A lawyer", "변호사"),
    "note": ("In the person's own words", "본인의 말"),
    "agreed": ("The person agreed", "본인이 동의했습니다"),
    "day": ("Day", "날짜"),
    "ask": ("Ask", "물어보기"),
    "protect": ("Protect", "보호"),
    "refer": ("Refer", "의뢰"),
    "care": ("Care", "지원"),
    "opened": ("Opened", "시작"),
    "consent": ("Consent recorded", "동의 기록"),
    "sent": ("Referral sent", "의뢰 보냄"),
    "answered": ("Answer due", "답변 기한"),
}
# The same sentence, invented, in the languages whose fonts are shipped.
SENTENCES: Final = {
    "vi": "Tôi muốn một phòng yên tĩnh.",
    "th": "ฉันต้องการห้องที่เงียบ",
    "ru": "Мне нужна тихая комната.",
    "zh": "我想要一个安静的房间。",
    "ar": "أريد غرفة هادئة.",
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A dot of the timeline, or a step."""

    label: str
    state: str
    when: datetime | None = None
    note: str = ""
    url: str = ""


def words() -> dict[str, str]:
    """Give the invented words in the language of the page."""
    column = 1 if get_language() == "ko" else 0
    return {name: both[column] for name, both in SAID.items()}


def sample_form(*, bound: bool) -> forms.Form:
    """Give a form with one control of each kind; bound, everything required is missing."""
    say = words()
    choices = [("y", say["yes"]), ("n", say["not"]), ("u", say["unknown"])]
    fields: dict[str, forms.Field] = {
        "danger": forms.ChoiceField(
            label=say["question"], help_text=say["hint"], choices=choices, widget=forms.RadioSelect
        ),
        "place": forms.CharField(label=say["place"], help_text=say["hint"]),
        "who": forms.ChoiceField(label=say["turn"], choices=choices),
        "needs": forms.MultipleChoiceField(
            label=say["needs"],
            choices=[("r", say["room"]), ("d", say["doctor"]), ("l", say["lawyer"])],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        ),
        "day": forms.DateField(
            label=say["day"], widget=forms.DateInput(attrs={"type": "date"}), required=False
        ),
        "note": forms.CharField(label=say["note"], widget=forms.Textarea(attrs={"rows": 4})),
        "agreed": forms.BooleanField(label=say["agreed"]),
    }
    sample: type[forms.Form] = type("Sample", (forms.Form,), {"use_required_attribute": False, **fields})
    return sample({} if bound else None, prefix="wrong" if bound else "new")


def sample() -> dict[str, Any]:
    """Give the context of the gallery."""
    say = words()
    page: Page[int] = Paginator(range(95), 10).get_page(3)
    return {
        "say": say,
        "at": AT,
        "now": NOW,
        "soon": NOW + timedelta(minutes=40),
        "later": NOW + timedelta(days=3),
        "form": sample_form(bound=False),
        "wrong": sample_form(bound=True),
        "page": page,
        "sentences": SENTENCES,
        "steps": [
            Moment(say["ask"], "done", url="#main"),
            Moment(say["protect"], "done"),
            Moment(say["refer"], "current"),
            Moment(say["care"], "next"),
        ],
        "moments": [
            Moment(say["opened"], "done", AT),
            Moment(say["consent"], "done", AT, say["by"]),
            Moment(say["sent"], "now", AT, say["shelter"], "#main"),
            Moment(say["answered"], "late", AT),
            Moment(say["care"], "due", AT),
        ],
    }
