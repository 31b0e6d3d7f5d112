"""Addresses of standards and assessments."""

from django.urls import path

from ..views import conformities, exchanges, standards

urlpatterns = [
    path("standards/", standards.standards, name="standards"),
    path("standards/new/", standards.standard_new, name="standard_new"),
    path("standards/<uuid:pk>/", standards.standard, name="standard"),
    path("standards/<uuid:pk>/edit/", standards.standard_edit, name="standard_edit"),
    path("standards/<uuid:pk>/check/", exchanges.standard_check, name="standard_check"),
    path("standards/<uuid:pk>/<slug:verb>/", standards.standard_do, name="standard_do"),
    path("conformities/", conformities.conformities, name="conformities"),
    path("conformities/gaps/", conformities.conformity_gaps, name="conformity_gaps"),
    path("conformities/<uuid:pk>/", conformities.conformity, name="conformity"),
    path("conformities/<uuid:pk>/answer/", conformities.conformity_answer, name="conformity_answer"),
    path("conformities/<uuid:pk>/audit/", conformities.conformity_audit, name="conformity_audit"),
    path("conformities/<uuid:pk>/<slug:verb>/", conformities.conformity_do, name="conformity_do"),
]
