"""Addresses of the frame itself."""

from django.urls import path

from ieumgil.shell import help as help_pages
from ieumgil.shell import views

app_name = "shell"
urlpatterns = [
    path("language/", views.language, name="language"),
    path("leave/", views.leave, name="leave"),
    path("today/", views.plain, name="plain"),
    path("source/", views.source, name="source"),
    path("elements/", views.gallery, name="gallery"),
    *help_pages.paths,
]
