"""What was sent at once under a legal duty: a second worker looks at it within a day, and says whether it was right."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ieumgil.kernel.ids import ThreadId
from ieumgil.kernel.permission import Permission
from ieumgil.referral.actions.duty import review_duty
from ieumgil.referral.queries.reviewing import duty_of, not_upheld
from ieumgil.referral.queries.work import to_review
from ieumgil.shell.forms import HouseForm
from ieumgil.shell.page import GET_POST, Signed, page, show

UPHELD = "upheld"


class ReviewForm(HouseForm):
    """Whether the duty was rightly followed."""

    said = forms.ChoiceField(
        label=gettext_lazy("Was it right to send this without consent?"),
        widget=forms.RadioSelect,
        choices=(
            (UPHELD, gettext_lazy("Yes: the article covers it, and it could not wait.")),
            ("not-upheld", gettext_lazy("No: it is to be recalled.")),
        ),
    )


@page(verb="referral.list", right=Permission.REFERRAL_APPROVE)
def reviews(request: Signed) -> HttpResponse:
    """Show what wants a second worker, by due time, and what was not upheld and still lies there."""
    context: dict[str, object] = {
        "open": to_review(request.actor),
        "refused": not_upheld(request.actor),
        "me": request.actor.worker,
    }
    return show(request, "referral/reviews.html", context)


@page(verb="referral.approve", right=Permission.REFERRAL_APPROVE, methods=GET_POST)
def review(request: Signed, thread: UUID) -> HttpResponse:
    """Show what was sent at once, and why; keep what the second worker says of it."""
    duty = duty_of(request.actor, ThreadId(thread))
    form = ReviewForm.of(request)
    done = form.act(
        lambda said: review_duty(request.actor, thread=ThreadId(thread), upheld=said["said"] == UPHELD)
    )
    if done:
        upheld = form.cleaned_data["said"] == UPHELD
        messages.success(
            request,
            _("It is reviewed and upheld.") if upheld else _("It is not upheld. It is to be recalled now."),
        )
        return redirect("referral:review")
    own = duty.decided_by_id == request.actor.worker
    return show(request, "referral/review.html", {"form": form, "duty": duty, "own": own}, status=form.status)


paths = [
    path("reviews/", reviews, name="review"),
    path("reviews/<uuid:thread>/", review, name="review"),
]
