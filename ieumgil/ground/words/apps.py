"""The words room as a Django application."""

from django.apps import AppConfig


class WordsConfig(AppConfig):
    """Words for codes, in Korean and English."""

    name = "ieumgil.ground.words"
    label = "words"
    default_auto_field = "django.db.models.BigAutoField"
