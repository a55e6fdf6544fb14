"""Where one can go from every page, by right: one entry for each thing that somebody looks for."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from ieumgil.kernel.permission import Permission
from ieumgil.shell.context import Way

NAVIGATION: Final = (
    Way("home", _("Start")),
    Way("referral:work", _("Work list"), Permission.REFERRAL_READ),
    Way("casefile:list", _("Cases"), Permission.CASE_READ),
    Way("referral:hand_over", _("Off shift"), Permission.REFERRAL_READ),
    Way("people:workers", _("Workers"), Permission.WORKER_INVITE),
)
