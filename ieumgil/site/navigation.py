"""Where one can go from every page, by right: one entry for each thing that somebody looks for."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from ieumgil.shell.context import Way

NAVIGATION: Final = (Way("home", _("Start")),)
