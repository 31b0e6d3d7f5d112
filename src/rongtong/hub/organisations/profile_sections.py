"""Sections that upper rooms add to an organisation's page: capabilities, past results and whatever comes later.

A room's ``navigation.py`` (imported at the start) registers its own::

    add_section("capabilities", _("能力"), "innovation/profile_capabilities.html", capabilities_of, order=10)

where ``capabilities_of(actor, organisation)`` returns what the template needs, in a fixed number of queries and only
what the actor may see; None leaves the section out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from rongtong.hub.foundation.actors import VISITOR, Actor
from rongtong.hub.foundation.errors import Text

from .models import Organisation

Maker = Callable[[Actor, Organisation], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Section:
    """One section: its heading, its template, and what gives the template its values."""

    key: str
    title: Text
    template: str
    values: Maker
    order: int = 50


@dataclass(frozen=True)
class Shown:
    """A section as it stands on the page; ``html`` is drawn."""

    key: str
    title: Text
    html: str


_sections: dict[str, Section] = {}


def add_section(key: str, title: Text, template: str, values: Maker, *, order: int = 50) -> None:
    """Register a section. The same key again replaces it."""
    _sections[key] = Section(key, title, template, values, order)


def sections_of(request: HttpRequest, organisation: Organisation) -> list[Shown]:
    """Draw the sections that have something to say to this reader, in order."""
    actor: Actor = getattr(request, "actor", VISITOR)
    shown = []
    for section in sorted(_sections.values(), key=lambda one: one.order):
        values = section.values(actor, organisation)
        if values is not None:
            html = render_to_string(section.template, {**values, "organisation": organisation}, request, using="jinja2")
            shown.append(Shown(section.key, section.title, html))
    return shown
