"""Addresses of matches."""

from django.urls import path

from ..views import matches

urlpatterns = [
    path("challenges/<uuid:pk>/matches/", matches.matches, name="matches"),
    path("challenges/<uuid:pk>/matches/export/", matches.matches_export, name="matches_export"),
    path("challenges/<uuid:pk>/matches/<uuid:organisation>/", matches.match_open, name="match_open"),
    path("for-you/", matches.for_you, name="for_you"),
    path("for-you/<uuid:pk>/", matches.for_you_open, name="for_you_open"),
]
