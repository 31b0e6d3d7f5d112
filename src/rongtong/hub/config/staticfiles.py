"""Static files under names that carry their hash, compressed once."""

from __future__ import annotations

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise is not typed here
    """Whitenoise's storage without brotli, which takes a minute for the charts and saves a tenth."""

    support_js_module_import_aggregation = True  # our scripts are modules that import each other

    def create_compressor(self, **options: Any) -> Compressor:
        return Compressor(use_brotli=False, **options)
