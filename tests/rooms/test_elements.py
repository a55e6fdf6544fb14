from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import SafeString
from django_cotton.compiler_regex import CottonCompiler  # type: ignore[import-untyped]

HOSTILE = '"><script>steal()</script>{{ 7|add:7 }}<b onclick="x">'


class Sample(forms.Form):
    use_required_attribute = False
    place = forms.CharField(label="Where", help_text="A street is enough.")
    danger = forms.ChoiceField(
        label="In danger", choices=[("y", "Yes"), ("n", "No")], widget=forms.RadioSelect, help_text="Now."
    )
    needs = forms.MultipleChoiceField(
        label="Needs", choices=[("r", "A room")], widget=forms.CheckboxSelectMultiple, required=False
    )
    agreed = forms.BooleanField(label="Agreed")


def rendered(source: str, **context: Any) -> str:  # noqa: ANN401  whatever an element is given
    return Template(CottonCompiler().process(source)).render(Context(context))


def field(name: str, *, bound: bool = False) -> str:
    return rendered('<c-field :field="field" />', field=Sample({} if bound else None)[name])


def test_a_field_ties_its_label_its_hint_and_its_error() -> None:
    plain, wrong = field("place"), field("place", bound=True)
    assert '<label for="id_place">Where</label>' in plain
    assert 'id="id_place_helptext"' in plain
    assert 'aria-describedby="id_place_helptext"' in plain
    assert 'aria-describedby="id_place_helptext id_place_error"' in wrong
    assert 'id="id_place_error"' in wrong
    assert 'aria-invalid="true"' in wrong
    assert 'class="krds-input"' in wrong


def test_a_group_is_a_fieldset_with_its_question_as_legend() -> None:
    wrong = field("danger", bound=True)
    assert "<legend" in wrong
    assert wrong.count('type="radio"') == 2
    assert 'aria-describedby="id_danger_helptext id_danger_error"' in wrong
    assert wrong.count("<label for=") == 2
    assert "(optional)" in field("needs")
    assert "(optional)" not in wrong


def test_a_single_box_has_its_words_beside_it() -> None:
    assert '<label for="id_agreed">Agreed</label>' in field("agreed")


def test_the_summary_of_errors_leads_to_each_field() -> None:
    summary = rendered('<c-errors :form="form" />', form=Sample({}))
    for target in ("#id_place", "#id_danger_0", "#id_agreed"):
        assert f'href="{target}"' in summary
    assert not rendered('<c-errors :form="form" />', form=Sample()).strip()


@pytest.mark.parametrize(
    "source",
    [
        '<c-alert kind="info" title="{{ said }}">{{ said }}</c-alert>',
        '<c-badge tone="{{ said }}">{{ said }}</c-badge>',
        '<c-button name="{{ said }}">{{ said }}</c-button>',
        '<c-cell label="{{ said }}">{{ said }}</c-cell>',
        '<c-item :label="said">{{ said }}</c-item>',
        '<c-link-button href="{{ said }}">{{ said }}</c-link-button>',
        '<c-panel title="{{ said }}">{{ said }}</c-panel>',
        '<c-title text="{{ said }}" />',
        '<c-turn title="{{ said }}" who="{{ said }}" crossed="{{ said }}">{{ said }}</c-turn>',
        '<c-words lang="{{ said }}" by="{{ said }}">{{ said }}</c-words>',
    ],
)
def test_what_somebody_typed_never_becomes_markup(source: str) -> None:
    html = rendered(source, said=HOSTILE)
    assert "steal()" in html
    assert "<script" not in html
    assert "<b " not in html
    assert "{{ 7|add:7 }}" in html
    assert "<script" in rendered(source, said=SafeString(HOSTILE))  # the control


def test_what_is_late_is_said_in_words_and_by_a_sign() -> None:
    at, source = datetime(2026, 11, 25, tzinfo=UTC), '<c-due :at="at" :now="now" />'
    late = rendered(source, at=at, now=at + timedelta(hours=3))
    left = rendered(source, at=at, now=at - timedelta(hours=3))
    assert "3 hours overdue" in late
    assert "<svg" in late
    assert "3 hours left" in left
    assert "<svg" not in left
    assert 'datetime="2026-11-25T00:00:00+00:00"' in left


def test_a_step_says_where_one_is() -> None:
    steps = [{"label": "Ask", "state": "done"}, {"label": "Refer", "state": "current"}]
    html = rendered('<c-steps :steps="steps" />', steps=steps)
    assert html.count('aria-current="step"') == 1
    assert "Step 2 of 2" in html


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_gallery_shows_every_element_in_both_languages(language: str) -> None:
    from ieumgil.shell.gallery import sample, words

    with translation.override(language):
        request = RequestFactory().get("/elements/")
        html = render_to_string("shell/gallery.html", sample(), request)
        assert words()["answer"] in html
    assert f'<html lang="{language}">' in html
    assert " style=" not in html
    assert " onclick=" not in html
    assert "<c-" not in html
