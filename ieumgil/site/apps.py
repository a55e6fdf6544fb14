"""The node itself as a Django application: what it checks before it works."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from ieumgil.site.checks import check_databases, check_demo


class SiteConfig(AppConfig):
    """Settings, root addresses and the command line of one node."""

    name = "ieumgil.site"
    label = "site"

    def ready(self) -> None:
        """Register the checks of the databases and of a demo."""
        register(check_databases, Tags.database)
        register(check_demo, Tags.security)
