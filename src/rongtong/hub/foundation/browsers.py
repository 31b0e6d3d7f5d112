"""What a browser says of itself, in the two words that its owner knows it by."""

from __future__ import annotations

import re
from typing import Final

#: In this order: most call themselves by the names of those below them too.
_BROWSERS: Final = (
    ("WeChat", r"MicroMessenger/(\d+)"),
    ("DingTalk", r"DingTalk/(\d+)"),
    ("Edge", r"Edg(?:A|iOS)?/(\d+)"),
    ("Opera", r"OPR/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"(?:Headless)?(?:Chrome|CriOS)/(\d+)"),
    ("Safari", r"Version/(\d+)[\d.]* (?:Mobile/\S+ )?Safari"),
)
_SYSTEMS: Final = (
    ("HarmonyOS", r"HarmonyOS|OpenHarmony"),
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("macOS", r"Mac OS X"),
    ("Linux", r"Linux"),
)


def browser(said: str) -> str:
    """Name browser and system: Chrome 141 · Windows. What is not known is given as it was said."""
    named = next((f"{name} {found[1]}" for name, like in _BROWSERS if (found := re.search(like, said))), "")
    system = next((name for name, like in _SYSTEMS if re.search(like, said)), "")
    return " · ".join(part for part in (named, system) if part) if named else said
