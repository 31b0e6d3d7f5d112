"""Pictures: drawn anew from their pixels, so that nothing else of the file survives."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageOps

from rongtong.hub.foundation.confined.rejection import Rejected

_OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "JPEG": {"quality": 90},
    "PNG": {"compress_level": 3},
    "WEBP": {"quality": 90, "method": 2},
}
# Writing WebP takes far more memory for a pixel than the other two.
_MOST_WEBP: Final = 9_000_000
_MODES: Final = ("L", "RGB", "RGBA")


def inspect_picture(path: Path, kept: Path, limits: dict[str, int]) -> dict[str, Any]:
    """Write the picture anew, upright and without what its file carried beside the pixels."""
    Image.MAX_IMAGE_PIXELS = limits["pixels"]
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(path, formats=list(_OPTIONS)) as image:
            format = image.format or ""
            most = min(limits["pixels"], _MOST_WEBP) if format == "WEBP" else limits["pixels"]
            if image.width * image.height > most:
                raise Rejected("picture.pixels", most=most // 10**6)
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
            mode = image.mode if image.mode in _MODES else "RGBA" if _is_clear(image) else "RGB"
            if format == "JPEG" and mode == "RGBA":
                mode = "RGB"
            plain = image if image.mode == mode else image.convert(mode)
            # A new picture of the same pixels: text, profiles, places and what hangs behind stay with the old one.
            clean = Image.new(mode, plain.size)
            clean.paste(plain)
        clean.save(kept, format, **_OPTIONS[format])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Rejected("picture.pixels", most=limits["pixels"] // 10**6) from error
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, EOFError) as error:
        raise Rejected("picture.damaged") from error
    return {"width": clean.width, "height": clean.height, "kept": True}


def _is_clear(image: Image.Image) -> bool:
    return image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info
