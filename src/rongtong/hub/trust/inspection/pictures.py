"""Pictures: drawn anew from their pixels, so that nothing else of the file survives."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageOps

from rongtong.hub.foundation.confined.rejection import Rejected

_OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "JPEG": {"quality": 90},
    "PNG": {"optimize": False},
    "WEBP": {"quality": 90},
}
_MODES: Final = ("L", "RGB", "RGBA")


def inspect_picture(path: Path, kept: Path, limits: dict[str, int]) -> dict[str, Any]:
    """Write the picture anew, upright and without what its file carried beside the pixels."""
    Image.MAX_IMAGE_PIXELS = limits["pixels"]
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(path, formats=list(_OPTIONS)) as image:
            format = image.format or ""
            if image.width * image.height > limits["pixels"]:
                raise Rejected("picture.pixels", most=limits["pixels"] // 10**6)
            image.load()
            upright = ImageOps.exif_transpose(image)
            plain = upright if upright.mode in _MODES else upright.convert("RGBA" if _is_clear(upright) else "RGB")
        clean = Image.frombytes(plain.mode, plain.size, plain.tobytes())
        if format == "JPEG" and clean.mode == "RGBA":
            clean = clean.convert("RGB")
        clean.save(kept, format, **_OPTIONS[format])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise Rejected("picture.pixels", most=limits["pixels"] // 10**6) from error
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, EOFError) as error:
        raise Rejected("picture.damaged") from error
    return {"width": clean.width, "height": clean.height, "kept": True}


def _is_clear(image: Image.Image) -> bool:
    return image.mode in ("LA", "PA", "La", "RGBa") or "transparency" in image.info
