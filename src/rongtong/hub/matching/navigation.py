"""Matchmaking days in the frame."""

from django.utils.translation import pgettext_lazy

from rongtong.hub.foundation.pages import add_page

add_page("innovation", pgettext_lazy("navigation", "对接会"), "matching:days", order=56)
