"""The node as a WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ieumgil.site.settings")
application = get_wsgi_application()

from ieumgil.site.start import start  # noqa: E402  Django must be set up first

start()
