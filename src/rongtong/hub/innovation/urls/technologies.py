"""Addresses of technologies."""

from django.urls import path

from ..views import technologies, technology_forms

urlpatterns = [
    path("technologies/", technologies.technologies, name="technologies"),
    path("technologies/new/", technology_forms.new, name="technology_new"),
    path("technologies/<uuid:pk>/", technologies.technology, name="technology"),
    path("technologies/<uuid:pk>/users/", technologies.users, name="technology_users"),
    path("technologies/<uuid:pk>/edit/", technology_forms.edit, name="technology_edit"),
    path("technologies/<uuid:pk>/autosave/", technology_forms.autosave, name="technology_autosave"),
    path("technologies/<uuid:pk>/publish/", technologies.publish, name="technology_publish"),
    path("technologies/<uuid:pk>/withdraw/", technologies.withdraw, name="technology_withdraw"),
    path("technologies/<uuid:pk>/delete/", technologies.delete, name="technology_delete"),
]
