"""Addresses of rounds."""

from django.urls import path

from ..views import papers, rounds

urlpatterns = [
    path("rounds/", rounds.rounds, name="rounds"),
    path("rounds/new/", rounds.round_new, name="round_new"),
    path("rounds/<uuid:pk>/", rounds.round, name="round"),
    path("rounds/<uuid:pk>/edit/", rounds.round_edit, name="round_edit"),
    path("rounds/<uuid:pk>/advance/", rounds.round_advance, name="round_advance"),
    path("rounds/<uuid:pk>/catalogue.pdf", papers.round_catalogue, name="round_catalogue"),
]
