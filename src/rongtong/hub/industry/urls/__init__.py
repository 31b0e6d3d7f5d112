"""Addresses of the industry chain, one file a noun."""

from importlib import import_module
from pkgutil import iter_modules

app_name = "industry"
urlpatterns = [
    pattern
    for module in sorted(iter_modules(__path__), key=lambda one: one.name)
    for pattern in import_module(f"{__name__}.{module.name}").urlpatterns
]
