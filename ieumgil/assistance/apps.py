"""The assistance room as a Django application."""

from django.apps import AppConfig


class AssistanceConfig(AppConfig):
    """Services started and ended."""

    name = "ieumgil.assistance"
    label = "assistance"
    default_auto_field = "django.db.models.BigAutoField"
