"""Splitting a challenge into the capabilities it takes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid
from rongtong.hub.foundation.verbs import verb

from ..models import Challenge, Response, Source, SubNeed
from ..queries.disclosure import disclosed
from ..queries.subneeds import LONGEST, MOST, Part, open_sources

LEAST, HEAVIEST = 2, 5


@verb("challenge.split", on="challenge")
def split_challenge(*, challenge: Challenge, parts: Sequence[Part], by: Actor) -> Challenge:
    """Say which capabilities the challenge takes; others see of it what they may see of its fields.

    Nothing that others read changes with it: neither the challenge's version nor its dates.

    Raises
    ------
    Invalid
        Fewer than two or more than twelve, or a row that is not complete.
    """
    _replace(challenge, None, parts, [one.value for one in Source])
    return challenge


@verb("response.split", on="response")
def split_for_response(*, response: Response, parts: Sequence[Part], by: Actor) -> Response:
    """The leader's own splitting, seen by nobody else; only out of what it may read.

    Raises
    ------
    Invalid
        As above, or a source that is closed to the leader.
    """
    challenge = response.challenge
    _replace(challenge, response, parts, open_sources(disclosed(challenge, by)))
    return response


def _replace(challenge: Challenge, response: Response | None, parts: Sequence[Part], sources: Collection[str]) -> None:
    faults = list(_faults(parts, sources))
    if faults:
        raise Invalid(faults)
    SubNeed._base_manager.filter(challenge=challenge, response=response).delete()
    SubNeed._base_manager.bulk_create(
        SubNeed(
            challenge=challenge,
            response=response,
            position=number,
            text=part.text.strip(),
            source=part.source,
            weight=part.weight,
            must=part.must,
        )
        for number, part in enumerate(parts, 1)
    )
    audit.note(parts=len(parts))


def _faults(parts: Sequence[Part], sources: Collection[str]) -> Iterator[Fault]:
    if not LEAST <= len(parts) <= MOST:
        yield Fault("parts", _("请列出 2 至 12 条子需求。"), "subneed.count")
    texts = [part.text.strip() for part in parts]
    for row, part in enumerate(parts, 1):
        text = texts[row - 1]
        if not text or len(text) > LONGEST or "\x00" in text:
            yield Fault("parts", _("请写明子需求，不超过 200 个字。"), "subneed.text", row=row, column="text")
        elif texts.index(text) < row - 1:
            yield Fault("parts", _("子需求重复。"), "subneed.twice", row=row, column="text")
        if part.source not in sources:
            yield Fault("parts", _("请选择它来自榜单的哪一部分。"), "subneed.source", row=row, column="source")
        if not 1 <= part.weight <= HEAVIEST:
            yield Fault("parts", _("权重为 1 至 5。"), "subneed.weight", row=row, column="weight")
