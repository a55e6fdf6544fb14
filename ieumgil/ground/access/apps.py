"""The access room as a Django application."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Which addresses are open, and who a request acts as."""

    name = "ieumgil.ground.access"
    label = "access"
    default_auto_field = "django.db.models.BigAutoField"
