"""The audit room as a Django application."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """A Merkle ledger for each agency, and the checkpoints that partners hold."""

    name = "ieumgil.ground.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
