"""The directory room as a Django application."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """Services, places and whom they admit."""

    name = "ieumgil.directory"
    label = "directory"
    default_auto_field = "django.db.models.BigAutoField"
