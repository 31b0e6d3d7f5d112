"""From what a person writes to a code of a register: the code, a name, or the full name from the top down."""

from functools import lru_cache

from rongtong.hub.organisations.reference import Register


def meant(register: Register, text: str) -> list[str]:
    """The codes that a text can mean exactly; none, one, or several of the same name."""
    words = text.split()
    if words and words[0] in register:
        return [register.canonical(words[0])]
    return list(_names(register, len(register)).get("".join(words), ()))


@lru_cache(maxsize=8)
def _names(register: Register, size: int) -> dict[str, tuple[str, ...]]:
    """Codes by every way to name them. ``size`` tells a register with sample codes from one without."""
    found: dict[str, dict[str, None]] = {}
    for entry in register:
        full = (register.full_name(entry.code, language) for language in ("zh-hans", "en"))
        for name in (entry.name, entry.english, *full):
            found.setdefault("".join(name.split()), {})[entry.code] = None
    return {name: tuple(codes) for name, codes in found.items()}
