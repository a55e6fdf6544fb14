"""Addresses of the case; none says who the person is."""

from django.urls import path

from ieumgil.casefile.web import about, cases, duty, kept, team, way

app_name = "casefile"
urlpatterns = [
    path("cases/", cases.listed, name="list"),
    path("cases/<uuid:case>/", cases.case, name="case"),
    path("cases/<uuid:case>/person/", about.person, name="person"),
    path("cases/<uuid:case>/facts/", about.facts, name="facts"),
    path("cases/<uuid:case>/facts/status/", duty.status, name="status"),
    path("cases/<uuid:case>/notes/", team.notes, name="notes"),
    path("cases/<uuid:case>/team/", team.team, name="team"),
    path("cases/<uuid:case>/stage/", way.stage, name="stage"),
    path("cases/<uuid:case>/erase/", way.erase, name="erase"),
    path("kept/", kept.kept_list, name="kept_list"),
    path("kept/<uuid:draft>/", kept.kept, name="kept"),
]
