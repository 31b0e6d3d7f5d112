"""Addresses of teams and of splitting a challenge."""

from django.urls import path

from ..views import teams

urlpatterns = [
    path("challenges/<uuid:pk>/teams/", teams.teams, name="teams"),
    path("challenges/<uuid:pk>/teams/compute/", teams.compute, name="teams_compute"),
    path("challenges/<uuid:pk>/teams/export/", teams.teams_export, name="teams_export"),
    path("challenges/<uuid:pk>/split/", teams.challenge_split, name="challenge_split"),
    path("responses/<uuid:pk>/split/", teams.response_split, name="response_split"),
]
