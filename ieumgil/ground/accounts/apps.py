"""The accounts room as a Django application."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Agencies hosted here and their workers."""

    name = "ieumgil.ground.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
