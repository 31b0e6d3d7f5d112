"""Write the OpenAPI document of the API to docs/openapi.json, where the tests compare it with what the code says now.

Run it after a change that adds to the API; a change that takes away or demands more breaks programs of others.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

PLACE = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def document() -> dict[str, Any]:
    """The document as the served hub gives it; Django must be ready."""
    from django.urls import get_resolver
    from django.utils import translation

    from rongtong.hub.web.api import api

    assert get_resolver().url_patterns  # the routers are put together with the addresses
    with translation.override("zh-hans"):
        found: dict[str, Any] = json.loads(json.dumps(api.get_openapi_schema(path_prefix="api/v1/"), default=str))
    return found


def text(found: dict[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rongtong.hub.config.settings")
    import django

    django.setup()
    PLACE.write_text(text(document()), encoding="utf-8")
    print(PLACE, file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
