"""Addresses of consent; none of them says whose it is."""

from django.urls import path

from ieumgil.consent.web import ending, giving, lists, papers

app_name = "consent"
urlpatterns = [
    path("cases/<uuid:case>/agreed/", lists.agreed, name="list"),
    path("cases/<uuid:case>/leave/", giving.leave, name="leave"),
    path("cases/<uuid:case>/agree/<uuid:agency>/", giving.explain, name="explain"),
    path("cases/<uuid:case>/no/", ending.refuse, name="refuse"),
    path("cases/<uuid:case>/agreed/<uuid:grant>/withdraw/", ending.withdraw, name="withdraw"),
    path("cases/<uuid:case>/guardian/", ending.guardian, name="guardian"),
    *papers.paths,
]
