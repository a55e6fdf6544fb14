"""The documents room as a Django application."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Papers as PDF; it holds no table."""

    name = "ieumgil.ground.documents"
    label = "documents"
    default_auto_field = "django.db.models.BigAutoField"
