"""Addresses of the referral; none of them says whom it is about."""

from ieumgil.referral.web import call, held, papers, receiver, referrer, review, shift, thread, work

app_name = "referral"
urlpatterns = [
    *call.paths,
    *referrer.paths,
    *work.paths,
    *thread.paths,
    *receiver.paths,
    *held.paths,
    *shift.paths,
    *review.paths,
    *papers.paths,
]
