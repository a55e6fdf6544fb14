"""The casefile room as a Django application."""

from django.apps import AppConfig


class CasefileConfig(AppConfig):
    """Cases of an agency, each sealed under a key of its own."""

    name = "ieumgil.casefile"
    label = "casefile"
    default_auto_field = "django.db.models.BigAutoField"
