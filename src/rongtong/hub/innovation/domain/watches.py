"""Keeping a challenge in view."""

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Refusal, SignInNeeded
from rongtong.hub.foundation.verbs import verb

from ..models import Challenge, Watch

MOST = 500


@verb("challenge.watch", on="challenge")
def watch_challenge(*, challenge: Challenge, by: Actor) -> Challenge:
    """Keep it in view; doing so twice changes nothing."""
    own = Watch.visible_to(by)
    person = by.account_id
    if person is None:
        raise SignInNeeded
    if own.count() >= MOST and not own.filter(challenge=challenge).exists():
        raise Refusal(
            "challenge.too_many_watched",
            what=_("没有收藏。"),
            why=_("收藏已达 500 项。"),
            cure=_("请先取消一些不再关注的榜单。"),
        )
    Watch._base_manager.bulk_create([Watch(account_id=person, challenge=challenge)], ignore_conflicts=True)
    return challenge


@verb("challenge.unwatch", on="challenge")
def unwatch_challenge(*, challenge: Challenge, by: Actor) -> Challenge:
    """Keep it in view no more."""
    Watch.visible_to(by).filter(challenge=challenge).delete()
    return challenge
