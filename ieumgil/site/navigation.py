"""Where one can go from every page, by right: one entry for each thing that somebody looks for."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from ieumgil.kernel.permission import Permission
from ieumgil.shell.context import Way

_THREADS: Final = frozenset({Permission.REFERRAL_READ})
NAVIGATION: Final = (
    Way("home", _("Start")),
    Way("referral:work", _("Work list"), _THREADS),
    Way("casefile:list", _("Cases"), frozenset({Permission.CASE_READ})),
    Way("referral:hand_over", _("Off shift"), _THREADS),
    Way("people:workers", _("Workers"), frozenset({Permission.WORKER_INVITE, Permission.CARD_ROTATE})),
)
