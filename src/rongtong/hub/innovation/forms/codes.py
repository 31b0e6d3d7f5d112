"""Fields in which a person writes the name or the code of a region or an industry."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.formatting import joined
from rongtong.hub.organisations.reference import Register

from ..domain.codes import meant

MOST_OFFERED = 5
DIVIDERS = str.maketrans("，,；;\n", "、、、、、")


class CodeField(forms.CharField):
    """One code of a register, written as code, as name, or as both: ``367 汽车制造业``."""

    def __init__(self, *, register: Register, **given: Any) -> None:
        super().__init__(**{"max_length": 80, **given})
        self.register = register

    def prepare_value(self, value: Any) -> Any:
        return written(self.register, value) if isinstance(value, str) else value

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return code_of(self.register, text) if text else ""


class CodesField(forms.CharField):
    """Several codes of a register, divided by 、 or commas."""

    def __init__(self, *, register: Register, **given: Any) -> None:
        super().__init__(**{"max_length": 600, **given})
        self.register = register

    def prepare_value(self, value: Any) -> Any:
        return joined(written(self.register, code) for code in value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        return list(dict.fromkeys(code_of(self.register, part) for part in divided(super().clean(value))))


class WordsField(forms.CharField):
    """Several short texts, divided by 、 or commas."""

    def __init__(self, *, longest: int, **given: Any) -> None:
        super().__init__(**given)
        self.longest = longest

    def prepare_value(self, value: Any) -> Any:
        return joined(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        words = list(dict.fromkeys(divided(super().clean(value))))
        if any(len(word) > self.longest for word in words):
            raise ValidationError(_("每一项最多 %(longest)s 字。"), code="too_long", params={"longest": self.longest})
        return words


def divided(text: str) -> list[str]:
    return [part.strip() for part in text.translate(DIVIDERS).split("、") if part.strip()]


def written(register: Register, code: str) -> str:
    """A code with its name, as a person reads it."""
    entry = register.get(code) if code else None
    return f"{entry.code} {entry.label()}" if entry else code


def code_of(register: Register, text: str) -> str:
    """The code a person means.

    Raises
    ------
    ValidationError
        No entry fits, or several do; names the closest.
    """
    codes = meant(register, text)
    if len(codes) == 1:
        return codes[0]
    found = [entry for code in codes if (entry := register.get(code))] or list(register.search(text, MOST_OFFERED + 1))
    if len(found) == 1:
        return found[0].code
    if not found:
        raise ValidationError(_("没有找到「%(text)s」。请填写代码或名称。"), code="unknown", params={"text": text[:20]})
    offered = joined(f"{entry.code} {register.full_name(entry.code)}" for entry in found[:MOST_OFFERED])
    message = _("「%(text)s」不止一个，请写明是哪一个：%(offered)s。")
    raise ValidationError(message, code="several", params={"text": text[:20], "offered": offered})
