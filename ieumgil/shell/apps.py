"""The shell as a Django application."""

from django.apps import AppConfig
from django.core.checks import register


class ShellConfig(AppConfig):
    """The frame of every page; it holds no table."""

    name = "ieumgil.shell"
    label = "shell"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the start fail where a view declares no verb."""
        from ieumgil.shell.checks import check_every_view_declares  # noqa: PLC0415  Django must be set up first

        register(check_every_view_declares)
