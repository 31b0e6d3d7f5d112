"""What stands before views of this room."""

from collections.abc import Callable
from typing import Any, TypeVar

from allauth.account.decorators import reauthentication_required
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

View = TypeVar("View", bound=Callable[..., HttpResponse])

require_form = require_http_methods(["GET", "HEAD", "POST"])


def freshly_signed_in(view: View) -> View:
    """Ask for the password or the second factor again when that was longer ago than fifteen minutes."""
    guarded: Any = reauthentication_required(view)
    return guarded  # type: ignore[no-any-return]  # allauth's decorator has no types
