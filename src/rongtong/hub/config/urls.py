"""Every address of the hub: each room brings its own."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from rongtong.hub.config import health
from rongtong.hub.foundation.rights import routes
from rongtong.hub.web.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("account/", include("allauth.urls")),
    path("api/v1/", api.urls),
    *(
        path("", include(f"rongtong.hub.{room}.urls"))
        for room in reversed(settings.ROOMS)
        if find_spec(f"rongtong.hub.{room}.urls")
    ),
]

handler400 = "rongtong.hub.web.errors.bad_request"
handler403 = "rongtong.hub.web.errors.permission_denied"
handler404 = "rongtong.hub.web.errors.not_found"
handler500 = "rongtong.hub.web.errors.server_error"

# Last, so that a mistake above is told by itself each time it is met, and not as a second row here.
routes("anyone", names=("health_live", "health_ready"))
