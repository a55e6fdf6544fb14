"""The consent room as a Django application."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """What the person agreed to."""

    name = "ieumgil.consent"
    label = "consent"
    default_auto_field = "django.db.models.BigAutoField"
