"""Addresses of capabilities."""

from django.urls import path

from ..views import capabilities

urlpatterns = [
    path("capabilities/", capabilities.capabilities, name="capabilities"),
    path("capabilities/own/", capabilities.own, name="own_capabilities"),
    path("capabilities/new/", capabilities.new, name="capability_new"),
    path("capabilities/<uuid:pk>/", capabilities.capability, name="capability"),
    path("capabilities/<uuid:pk>/edit/", capabilities.edit, name="capability_edit"),
    path("capabilities/<uuid:pk>/publish/", capabilities.publish, name="capability_publish"),
    path("capabilities/<uuid:pk>/withdraw/", capabilities.withdraw, name="capability_withdraw"),
    path("capabilities/<uuid:pk>/delete/", capabilities.delete, name="capability_delete"),
]
