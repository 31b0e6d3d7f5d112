"""Verbs on a round: announce, change its dates, move it from stage to stage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal, Stale
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.size_class import SizeClass

from ..enums import ChallengeState, Stage
from ..models import Challenge, Response, Round
from ..models.response import HANDED_IN
from ..queries.acting import own_id
from ..signals import challenge_listing_changed
from .publication import close_challenge, publish_in_held_round

STAGES = (Stage.COLLECT, Stage.PUBLISH, Stage.RESPOND, Stage.SELECT, Stage.CONCLUDE)
EDITABLE = (
    "title",
    "title_en",
    "introduction",
    "number_prefix",
    "collect_until",
    "publish_at",
    "respond_until",
    "select_until",
    "conclude_on",
    "leader_size_classes",
)
DATES = ("collect_until", "publish_at", "respond_until", "select_until", "conclude_on")
LAST_YEAR = 2200
#: What is settled once challenges stand in the catalogue.
FIXED_ONCE_PUBLISHED = ("number_prefix", "leader_size_classes", "collect_until", "publish_at")


def next_stage(stage: str) -> Stage | None:
    """The stage after this one; None after the last."""
    place = STAGES.index(Stage(stage)) + 1
    return STAGES[place] if place < len(STAGES) else None


@verb("round.create")
def create_round(*, values: Mapping[str, Any], by: Actor) -> Round:
    """Announce a round; it collects needs from now on. Raises ``Invalid`` with every fault."""
    round = Round(organisation_id=own_id(by))
    _assign(round, values)
    _check(round)
    round.save()
    return round


@verb("round.edit", on="round")
def edit_round(*, round: Round, version: int, values: Mapping[str, Any], by: Actor) -> Round:
    """Change a round that has not concluded.

    Answers that are open stay open at least as long as was announced; challenges that close with the round move along.

    Raises
    ------
    Stale, Invalid
        As for every edit.
    """
    if round.version != version:
        raise Stale(theirs=values_of(round), yours=dict(values), version=round.version)
    before = values_of(round)
    changed = _assign(round, values)
    _check(round, before)
    if changed:
        round.touch()
    if "respond_until" in changed:
        moved = Challenge._base_manager.filter(round=round, state=ChallengeState.OPEN, deadline=before["respond_until"])
        audit.note(deadlines_moved=moved.update(deadline=round.respond_until, changed_at=timezone.now()))
    audit.note(fields=changed)
    return round


def values_of(round: Round) -> dict[str, Any]:
    """Everything the operator may change."""
    return {name: getattr(round, name) for name in EDITABLE}


def _assign(round: Round, values: Mapping[str, Any]) -> list[str]:
    unknown = set(values) - set(EDITABLE)
    if unknown:
        raise ValueError(f"not a field of a round's form: {sorted(unknown)}")
    changed = []
    for name, value in values.items():
        new = value.strip() if isinstance(value, str) else value
        if getattr(round, name) != new:
            setattr(round, name, new)
            changed.append(name)
    return changed


def _check(round: Round, before: Mapping[str, Any] | None = None) -> None:
    faults = list(_field_faults(round))
    if not faults:
        faults = [*_order_faults(round), *(_settled_faults(round, before) if before else ())]
    if faults:
        raise Invalid(faults)


def _field_faults(round: Round) -> Iterator[Fault]:
    for name in EDITABLE:
        if isinstance(getattr(round, name), str) and "\x00" in getattr(round, name):
            yield Fault(name, _("含有不能保存的字符。"), "round.bad_character")
    everything = {field.name for field in Round._meta.concrete_fields}
    try:
        round.clean_fields(exclude=everything - set(EDITABLE) | {"leader_size_classes"})
    except ValidationError as error:
        for name, problems in error.error_dict.items():
            for problem in problems:
                yield Fault(name, " ".join(problem.messages), f"round.{problem.code or 'invalid'}")
        return
    if Round._base_manager.filter(title=round.title).exclude(pk=round.pk).exists():
        yield Fault("title", _("已有同名的批次。"), "round.title_taken")
    for name in DATES:
        if not 2000 <= getattr(round, name).year <= LAST_YEAR:
            yield Fault(name, _("年份应在 2000 至 2200 之间。"), "round.year")
    if not round.leader_size_classes or set(round.leader_size_classes) - set(SizeClass.values):
        yield Fault("leader_size_classes", _("至少选一种可牵头的企业规模。"), "round.leader_size_classes")
    if not round.number_prefix.isascii() or not round.number_prefix.isalnum():
        yield Fault("number_prefix", _("编号前缀只用字母和数字。"), "round.number_prefix")


def _order_faults(round: Round) -> Iterator[Fault]:
    if round.publish_at < round.collect_until:
        yield Fault("publish_at", _("发榜时间不能早于征集截止。"), "round.publish_order")
    if round.respond_until <= round.publish_at:
        yield Fault("respond_until", _("揭榜截止应晚于发榜时间。"), "round.respond_order")
    if round.select_until <= round.respond_until:
        yield Fault("select_until", _("遴选截止应晚于揭榜截止。"), "round.select_order")
    if round.conclude_on < timezone.localtime(round.select_until).date():
        yield Fault("conclude_on", _("结榜日期不能早于遴选截止。"), "round.conclude_order")


def _settled_faults(round: Round, before: Mapping[str, Any]) -> Iterator[Fault]:
    if round.state == Stage.COLLECT:
        return
    for name in FIXED_ONCE_PUBLISHED:
        if getattr(round, name) != before[name]:
            yield Fault(name, _("发榜之后不能再改。"), "round.settled")
    if round.state in (Stage.PUBLISH, Stage.RESPOND) and round.respond_until < before["respond_until"]:
        yield Fault("respond_until", _("已公布的揭榜截止时间只能延后。"), "round.deadline_earlier")
    if round.state == Stage.SELECT and round.respond_until != before["respond_until"]:
        yield Fault("respond_until", _("揭榜已经结束，不能再改。"), "round.settled")


@verb("round.advance", on="round")
def advance_round(*, round: Round, to: str, by: Actor) -> Round:
    """Move a round to its next stage and do what belongs to that: publish, close, conclude.

    Parameters
    ----------
    to
        The stage to reach; naming it makes a second press of the button harmless.

    Raises
    ------
    Refusal
        ``to`` is not the next stage, or what must come before has not: the deadline, the decisions.
    """
    if to != next_stage(round.state):
        raise Refusal(
            "round.stage_order",
            what=_("批次没有推进。"),
            why=_("各阶段须依次进行；也可能另一位同事刚刚推进过。"),
            cure=_("请刷新页面，查看批次现在的阶段。"),
        )
    round.state = Stage(to)
    round.touch("state")
    audit.note(to=to, challenges=_ENTERING[Stage(to)](round, by))
    return round


def _publish_screened(round: Round, by: Actor) -> int:
    if round.respond_until <= timezone.now():
        raise Refusal(
            "round.answers_closed",
            what=_("批次没有推进。"),
            why=_("揭榜截止时间已过，发布后无人可以揭榜。"),
            cure=_("请先修改批次的日期。"),
        )
    screened = Challenge._base_manager.filter(round=round, state=ChallengeState.SCREENED)
    ready = list(screened.order_by("submitted_at", "pk"))
    for challenge in ready:
        publish_in_held_round(challenge=challenge, by=by)
    return len(ready)


def _close_open(round: Round, by: Actor) -> int:
    open_ones = Challenge._base_manager.filter(round=round, state=ChallengeState.OPEN)
    early = open_ones.filter(deadline__gt=timezone.now()).count()
    if early:
        raise Refusal(
            "round.before_deadline",
            what=_("批次没有推进。"),
            why=_("还有 %(count)s 项榜单未到揭榜截止时间。") % {"count": early},
            cure=_("请等到截止时间；到时各榜单会自动结束揭榜。"),
        )
    due = list(open_ones.order_by("number"))
    for challenge in due:
        close_challenge(challenge=challenge, by=by)
    return len(due)


def _conclude(round: Round, by: Actor) -> int:
    selecting = Challenge._base_manager.filter(round=round, state__in=(ChallengeState.OPEN, ChallengeState.SELECTING))
    answered = Response._base_manager.filter(challenge__in=selecting, state__in=HANDED_IN)
    undecided = answered.values("challenge_id").distinct().count()
    if undecided:
        raise Refusal(
            "round.undecided",
            what=_("批次没有推进。"),
            why=_("还有 %(count)s 项榜单收到了揭榜而未作出遴选决定。") % {"count": undecided},
            cure=_("请催促发榜方完成遴选，再结榜。"),
        )
    unanswered = list(selecting.select_for_update())
    for challenge in unanswered:
        challenge.state = ChallengeState.CONCLUDED
        challenge.touch("state")
        challenge_listing_changed.send(Challenge, challenge=challenge)
    return len(unanswered)


_ENTERING: dict[Stage, Callable[[Round, Actor], int]] = {
    Stage.PUBLISH: _publish_screened,
    Stage.RESPOND: _publish_screened,
    Stage.SELECT: _close_open,
    Stage.CONCLUDE: _conclude,
}
