"""The agreements room as a Django application."""

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    """What is agreed between agencies."""

    name = "ieumgil.agreements"
    label = "agreements"
    default_auto_field = "django.db.models.BigAutoField"
