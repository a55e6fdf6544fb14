"""The exchange room as a Django application."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Sealed bundles between agencies."""

    name = "ieumgil.ground.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"
