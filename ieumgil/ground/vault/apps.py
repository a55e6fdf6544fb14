"""The vault room as a Django application."""

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class VaultConfig(AppConfig):
    """Keys of cases and packets, wrapped by the key of their agency."""

    name = "ieumgil.ground.vault"
    label = "vault"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Refuse to start with the cheap key derivation of the tests, unless the node is a demonstration."""
        if settings.IEUMGIL_KDF_PROFILE not in {"normal", "test"}:
            raise ImproperlyConfigured("IEUMGIL_KDF_PROFILE is 'normal' or 'test'")
        if settings.IEUMGIL_KDF_PROFILE == "test" and not settings.IEUMGIL_DEMO:
            raise ImproperlyConfigured("IEUMGIL_KDF_PROFILE=test is for tests and needs IEUMGIL_DEMO=true")
