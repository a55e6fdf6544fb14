"""The referral room as a Django application."""

from django.apps import AppConfig


class ReferralConfig(AppConfig):
    """Referral threads between two agencies."""

    name = "ieumgil.referral"
    label = "referral"
    default_auto_field = "django.db.models.BigAutoField"
