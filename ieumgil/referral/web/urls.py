"""Addresses of the referral; none of them says whom it is about."""

from ieumgil.referral.web import call, referrer

app_name = "referral"
urlpatterns = [
    *call.paths,
    *referrer.paths,
]
