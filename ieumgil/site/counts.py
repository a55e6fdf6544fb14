"""Counts of tries in the database, read so that whoever writes to it runs nothing here by them."""

import base64
import io
import pickle  # noqa: TID251  what Django writes; here it is read as plain values alone
from collections.abc import Iterable
from typing import Any, NoReturn

from django.conf import settings
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router
from django.utils import timezone


class _OnlyPlain(pickle.Unpickler):
    """Reads texts, numbers and lists; Django's own would call whatever a value names."""

    def find_class(self, module: str, name: str) -> NoReturn:
        raise pickle.UnpicklingError(f"{module}.{name} is no plain value")


class PlainCounts(DatabaseCache):
    """Django's cache in a table, of plain values alone."""

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        """Give the values that have not run out; raises UnpicklingError for one that is not plain."""
        named = {self.make_and_validate_key(key, version=version): key for key in keys}
        if not named:
            return {}
        connection = connections[router.db_for_read(self.cache_model_class)]
        table, slots = (
            connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"])),
            ", ".join(["%s"] * len(named)),
        )
        moment = connection.ops.adapt_datetimefield_value(timezone.now().replace(microsecond=0))
        asked = f"SELECT cache_key, value FROM {table} WHERE cache_key IN ({slots}) AND expires > %s"  # noqa: S608  a name of our own
        with connection.cursor() as cursor:
            cursor.execute(asked, [*named, moment])
            return {named[key]: _plain(value) for key, value in cursor.fetchall()}


def _plain(value: str) -> object:
    return _OnlyPlain(io.BytesIO(base64.b64decode(value))).load()
