"""The room identification as a Django app."""

from django.apps import AppConfig


class IdentificationConfig(AppConfig):
    """Screenings at first contact and readings of indicators."""

    name = "ieumgil.identification"
    label = "identification"
    default_auto_field = "django.db.models.BigAutoField"
