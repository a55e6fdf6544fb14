"""Addresses of services."""

from django.urls import path

from ieumgil.assistance.web import delivering

app_name = "assistance"
urlpatterns = [
    path("cases/<uuid:case>/services/", delivering.services, name="services"),
    path("cases/<uuid:case>/services/<uuid:delivery>/end/", delivering.end, name="end"),
]
