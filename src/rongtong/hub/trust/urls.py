"""Addresses of trust."""

from django.urls import path

from . import views

app_name = "trust"
urlpatterns = [path("nda/<slug:alias>/<uuid:pk>/", views.sign, name="sign_nda")]
