"""Addresses of analyses and weak links."""

from django.urls import path

from ..views import analyses, weak_links

urlpatterns = [
    path("chains/<uuid:pk>/risk/", analyses.risks, name="risks"),
    path("chains/<uuid:pk>/analyse/", analyses.start, name="analysis_start"),
    path("weak-links/", weak_links.weak_links, name="weak_links"),
    path("weak-links/<uuid:pk>/", weak_links.weak_link, name="weak_link"),
]
