"""Addresses of the first questions; none says what they are about."""

from django.urls import path

from ieumgil.identification.web import asking, signs

app_name = "identification"
urlpatterns = [
    path("questions/", asking.start, name="start"),
    path("cases/<uuid:case>/questions/", asking.again, name="again"),
    path("cases/<uuid:case>/signs/", signs.signs, name="signs"),
]
