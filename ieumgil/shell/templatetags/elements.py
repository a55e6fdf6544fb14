"""What the field element needs to know of a control: its class, and whether it is chosen from a group."""

from django import forms, template
from django.utils.safestring import SafeString

register = template.Library()

GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)


def _class(widget: forms.Widget) -> str:
    if isinstance(widget, (*GROUPS, forms.CheckboxInput)):
        return ""
    return "krds-form-select" if isinstance(widget, forms.Select) else "krds-input"


@register.filter
def control(field: forms.BoundField) -> SafeString:
    """Write the control of a field with the class of its kind, beside the classes that the form gave it.

    What is typed into a line is not to be offered again by the browser, which would keep it on its disk.
    """
    widget = field.field.widget
    classes = f"{_class(widget)} {widget.attrs.get('class', '')}".strip()
    attrs: dict[str, str | bool] = {"class": classes} if classes else {}
    if isinstance(widget, forms.TextInput):
        attrs["autocomplete"] = widget.attrs.get("autocomplete", "off")
    return field.as_widget(attrs=attrs)


@register.filter
def chosen(field: forms.BoundField) -> bool:
    """Whether the field is a group of radio buttons or checkboxes."""
    return isinstance(field.field.widget, GROUPS)
