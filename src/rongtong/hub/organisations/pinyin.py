"""Pinyin of names: for sorting, for finding by spelling or initials, and for telling whether two names are one."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import product

MAX_READINGS = 8
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")

# Legal forms, longest first: they tell nothing apart between two spellings of one name.
_FORMS = (
    "集团股份有限公司", "股份有限责任公司", "集团有限责任公司", "集团有限公司", "股份有限公司", "有限责任公司",
    "股份合作公司", "有限合伙企业", "个人独资企业", "特殊普通合伙", "有限公司", "股份公司", "有限合伙",
    "普通合伙", "集团公司", "总公司", "公司", "集团",
)  # fmt: skip
_FORMS_ABROAD = re.compile(
    r"[\s,.]*\b(co\.?,?\s*ltd|company limited|limited liability company|private limited|pte\.?\s*ltd|incorporated|inc"
    r"|corporation|corp|company|limited|ltd|llc|llp|plc|gmbh(\s*&\s*co\.?\s*kg)?|ag|kg|s\.?a\.?r\.?l|s\.?a|s\.?p\.?a"
    r"|b\.?v|n\.?v|oyj|oy|ab|k\.?k)\.?\s*$"
)
_BRACKETS = re.compile(r"[()\[\]{}<>〈〉《》【】「」『』〔〕]")
_PUNCTUATION = re.compile(r"[\s·•・.,，。、;；:：'\"“”‘’`\-—–_/\\&+*#!?@]+")


def sort_key(name: str) -> str:
    """Return a text whose plain order is the pinyin order of the names.

    Each Chinese character becomes its syllable with the tone, followed by the character itself, so that
    homophones stay together and apart. Latin letters stand among the syllables, without regard to case.
    """
    parts: list[str] = []
    for run, chinese in _runs(_plain(name)):
        if not chinese:
            parts += run.lower().split()
            continue
        for character, syllable in zip(
            run,
            _syllables(run, tones=True),
            strict=True,
        ):
            parts.append(f"{syllable}{character}")
    return " ".join(parts)


@lru_cache(maxsize=8192)
def spelling(name: str) -> str:
    """Return the name in pinyin without tones and blanks, Latin letters and digits kept: 澜川2号 → ``lanchuan2hao``."""
    return "".join("".join(_syllables(run)) if chinese else _letters(run) for run, chinese in _runs(_plain(name)))


@lru_cache(maxsize=8192)
def initials(name: str) -> str:
    """Return the first letters of the syllables, Latin letters and digits kept: 杭州创新 → ``hzcx``."""
    return "".join(
        "".join(syllable[:1] for syllable in _syllables(run)) if chinese else _letters(run)
        for run, chinese in _runs(_plain(name))
    )


def search_keys(name: str) -> str:
    """Return what a name may be found by, blank-separated: itself, its spelling and its initials.

    Characters with several readings (重, 长, 行) give every reading, up to eight combinations, because those who
    look for a name spell it as they say it.
    """
    plain = "".join(_plain(name).lower().split())
    keys = [plain, spelling(name), initials(name)]
    for syllables in _readings(name):
        keys += ["".join(syllables), "".join(syllable[:1] for syllable in syllables)]
    core = resolved_name(name)
    if core != plain:
        keys.append(core)
    return " ".join(dict.fromkeys(key for key in keys if key))


def resolved_name(name: str) -> str:
    """Return the part of a corporate name that tells bodies apart, for finding the same body under two spellings.

    Width, case, brackets, punctuation and the legal form go; a place in brackets stays, without its brackets:
    「澜川（江浔）重工 股份有限公司」 → ``澜川江浔重工``.
    """
    text = _BRACKETS.sub("", _plain(name).lower())
    shorter = _FORMS_ABROAD.sub("", text)
    while shorter != text and shorter.strip():
        text, shorter = shorter, _FORMS_ABROAD.sub("", shorter)
    text = _PUNCTUATION.sub("", text)
    return _without_form(text)


def similarity(left: str, right: str) -> float:
    """Return how alike two corporate names are, from 0 to 1: the Dice coefficient of their letter pairs.

    1 means one resolved name. Two names whose pinyin is the same but whose characters differ (a typing slip of the
    input method) count as 0.9 at least.
    """
    one, two = resolved_name(left), resolved_name(right)
    if not one or not two:
        return 0.0
    if one == two:
        return 1.0
    dice = _dice(_pairs(one), _pairs(two))
    return max(dice, 0.9) if spelling(one) == spelling(two) else dice


def _without_form(text: str) -> str:
    """Drop legal forms from the end, but never the whole name."""
    while text not in _FORMS:
        form = next((form for form in _FORMS if text.endswith(form)), None)
        if form is None:
            break
        text = text[: -len(form)]
    return text


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip()


def _letters(run: str) -> str:
    return "".join(character for character in run.lower() if character.isalnum())


def _runs(text: str) -> list[tuple[str, bool]]:
    """Split into (run, is Chinese)."""
    found, position = [], 0
    for match in _HAN.finditer(text):
        if match.start() > position:
            found.append((text[position : match.start()], False))
        found.append((match.group(), True))
        position = match.end()
    if position < len(text):
        found.append((text[position:], False))
    return found


def _syllables(run: str, *, tones: bool = False) -> list[str]:
    """One syllable for each character; a character without a reading stands for itself."""
    from pypinyin import Style, lazy_pinyin  # here: its dictionary of phrases takes a third of a second to load

    style = Style.TONE3 if tones else Style.NORMAL
    return lazy_pinyin(run, style=style, neutral_tone_with_five=tones, errors=list)  # type: ignore[arg-type]  # a list, too


def _every_reading(character: str) -> list[str]:
    from pypinyin import Style, pinyin  # here: as above

    return pinyin(character, style=Style.NORMAL, heteronym=True, errors=list)[0]  # type: ignore[arg-type]  # as above


def _readings(name: str) -> list[tuple[str, ...]]:
    choices: list[list[str]] = []
    combinations = 1
    for run, chinese in _runs(_plain(name)):
        if not chinese:
            choices.append([_letters(run)])
            continue
        for character, usual in zip(run, _syllables(run), strict=True):
            heard = list(dict.fromkeys([usual, *_every_reading(character)]))[:2]
            if combinations * len(heard) > MAX_READINGS:
                heard = heard[:1]
            combinations *= len(heard)
            choices.append(heard)
    return list(product(*choices))


def _pairs(text: str) -> list[str]:
    padded = f"^{text}$"
    return sorted(padded[at : at + 2] for at in range(len(padded) - 1))


def _dice(left: list[str], right: list[str]) -> float:
    rest, common = list(right), 0
    for pair in left:
        if pair in rest:
            rest.remove(pair)
            common += 1
    return 2 * common / (len(left) + len(right))
