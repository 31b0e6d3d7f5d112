"""Addresses of the evaluation of matching."""

from django.urls import path

from ..views import evaluation

urlpatterns = [
    path("operations/matching/", evaluation.evaluate, name="match_evaluation"),
    path("operations/matching/export/", evaluation.evaluate_export, name="match_evaluation_export"),
]
