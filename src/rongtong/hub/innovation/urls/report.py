"""Addresses of the round report."""

from django.urls import path

from ..views import report

urlpatterns = [
    path("rounds/<uuid:pk>/report/", report.report, name="round_report"),
    path("rounds/<uuid:pk>/report/export/", report.report_export, name="round_report_export"),
]
