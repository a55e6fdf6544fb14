"""What a node's log may hold: names of routes and kinds of faults, never an address with an id, never anybody's words."""

import logging
import traceback

from django.http import HttpRequest


class RoutesOnly(logging.Filter):
    """Put the name of the route in the place of the path, and where a fault arose in the place of its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite a record of a request, or one that carries a fault; all others stay as they are."""
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            match = request.resolver_match
            route = match.view_name if match else "nowhere"
            record.msg, record.args = f"{getattr(record, 'status_code', '-')} {request.method} {route}", ()
        if record.exc_info and record.exc_info[0]:
            kind, last = record.exc_info[0], traceback.extract_tb(record.exc_info[2])[-1:]
            place = f" at {last[0].filename}:{last[0].lineno}" if last else ""
            record.msg, record.args = f"{record.getMessage()}: {kind.__name__}{place}", ()
            record.exc_info = record.exc_text = None
        return True
