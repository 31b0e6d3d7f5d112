"""Addresses of trust."""

from django.urls import path

from . import views

app_name = "trust"
urlpatterns = [
    path("nda/<slug:alias>/<uuid:pk>/", views.sign, name="sign_nda"),
    path("documents/<slug:alias>/<uuid:pk>/attach/", views.attach, name="attach"),
    path("documents/<uuid:pk>/", views.document, name="document"),
    path("documents/<uuid:pk>/remove/", views.remove, name="remove"),
    path("files/<str:token>/", views.file, name="file"),
]
