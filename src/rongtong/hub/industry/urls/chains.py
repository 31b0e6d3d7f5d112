"""Addresses of chains."""

from django.urls import path

from ..views import chain_maps, chains

urlpatterns = [
    path("chains/", chains.chains, name="chains"),
    path("chains/new/", chains.chain_new, name="chain_new"),
    path("chains/<uuid:pk>/", chains.chain, name="chain"),
    path("chains/<uuid:pk>/edit/", chains.chain_edit, name="chain_edit"),
    path("chains/<uuid:pk>/map/", chain_maps.chain_map, name="chain_map"),
    path("chains/<uuid:pk>/products/", chains.chain_products, name="chain_products"),
    path("chains/<uuid:pk>/close/", chains.chain_close, name="chain_close"),
    path("chains/<uuid:pk>/reopen/", chains.chain_reopen, name="chain_reopen"),
]
