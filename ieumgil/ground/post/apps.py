"""The post room as a Django application."""

from django.apps import AppConfig


class PostConfig(AppConfig):
    """Notices by mail, and calls to whoever is on duty."""

    name = "ieumgil.ground.post"
    label = "post"
    default_auto_field = "django.db.models.BigAutoField"
