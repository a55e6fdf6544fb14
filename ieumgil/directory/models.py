"""Tables of services and, apart from them, of where a shelter is."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Service(models.Model):
    """One service of one agency; `category` is the code of the purpose it serves."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(max_length=40)
    name_en = models.CharField(max_length=120)
    name_ko = models.CharField(max_length=120)
    category = models.SlugField(max_length=40)
    regions = models.JSONField(default=list)
    languages = models.JSONField(default=list)
    admits = models.JSONField(default=dict)
    places_total = models.PositiveIntegerField(null=True, blank=True)
    places_free = models.PositiveIntegerField(null=True, blank=True)
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["agency", "code"], name="service_code_once_per_agency"),
            models.CheckConstraint(
                condition=Q(places_total=None, places_free=None) | Q(places_free__lte=F("places_total")),
                name="service_free_places_within_total",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ShelterLocation(models.Model):
    """Where a service is, sealed under a key of its own; never in a list, a search, an export or a packet."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agency = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, related_name="+")
    service = models.OneToOneField(Service, on_delete=models.PROTECT, related_name="+")
    key_id = models.UUIDField()
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return "a location"
