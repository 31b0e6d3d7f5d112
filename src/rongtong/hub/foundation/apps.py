from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "rongtong.hub.foundation"
    label = "foundation"

    def ready(self) -> None:
        from . import checks  # noqa: F401  importing registers the system checks
        from .catalogues import ensure_compiled

        ensure_compiled()  # before the first word is translated: Django keeps what it read
