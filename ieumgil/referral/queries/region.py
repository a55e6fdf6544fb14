"""What is common in a region, so that an enquiry does not give away somebody who would be the only one."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from django.conf import settings

from ieumgil.agreements import queries as agreements


@cache
def common_values(region: str) -> Mapping[str, frozenset[str]]:
    """Give, by what an enquiry asks, the values common in a region of this node's country; a missing list limits nothing."""
    rows = agreements.country(settings.IEUMGIL_COUNTRY)["regions"]
    found: Mapping[str, list[str]] = next(
        (row.get("common", {}) for row in rows if row["code"] == region), {}
    )
    return MappingProxyType({field: frozenset(values) for field, values in found.items()})
