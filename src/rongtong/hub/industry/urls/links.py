"""Addresses of supply links, their imports and the firms outside the hub."""

from django.urls import path

from ..views import firms, link_forms, link_imports, links

urlpatterns = [
    path("supply-links/", links.links, name="links"),
    path("supply-links/import/", link_imports.upload, name="link_import"),
    path("supply-links/import/template/", link_imports.template, name="link_import_template"),
    path("supply-links/import/<uuid:pk>/", link_imports.batch, name="link_import_batch"),
    path("supply-links/import/<uuid:pk>/rename/", link_imports.rename, name="link_import_rename"),
    path("supply-links/import/<uuid:pk>/decide/", link_imports.decide, name="link_import_decide"),
    path("supply-links/import/<uuid:pk>/apply/", link_imports.apply, name="link_import_apply"),
    path("supply-links/import/<uuid:pk>/discard/", link_imports.discard, name="link_import_discard"),
    path("supply-links/import/<uuid:pk>/undo/", link_imports.undo, name="link_import_undo"),
    path("supply-links/import/<uuid:pk>/faults/", link_imports.faults, name="link_import_faults"),
    path("supply-links/<uuid:pk>/", links.link, name="link"),
    path("supply-links/<uuid:pk>/edit/", link_forms.link_edit, name="link_edit"),
    path("supply-links/<uuid:pk>/withdraw/", link_forms.link_withdraw, name="link_withdraw"),
    path("supply-links/<uuid:pk>/conceal/", link_forms.link_conceal, name="link_conceal"),
    path("chains/<uuid:pk>/link/", link_forms.link_new, name="link_new"),
    path("operations/outside-firms/", firms.outside_firms, name="outside_firms"),
    path("operations/outside-firms/<uuid:pk>/resolve/", firms.firm_resolve, name="firm_resolve"),
]
