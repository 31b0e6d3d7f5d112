"""Addresses of scenarios."""

from django.urls import path

from ..views import scenarios

urlpatterns = [
    path("chains/<uuid:pk>/scenario/", scenarios.scenario_new, name="scenario_new"),
    path("scenarios/", scenarios.scenarios, name="scenarios"),
    path("scenarios/<uuid:pk>/", scenarios.scenario, name="scenario"),
    path("scenarios/<uuid:pk>/share/", scenarios.scenario_share, name="scenario_share"),
]
