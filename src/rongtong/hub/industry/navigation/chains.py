"""Chains in the frame."""

from django.utils.translation import pgettext_lazy

from rongtong.hub.foundation.pages import add_page

add_page("industry", pgettext_lazy("many", "产业链"), "industry:chains", order=10)
