"""Whether a challenge lets responses in at this moment, by the database's clock."""

from django.db import connection
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import NotVisible, Refusal

from ..models import Challenge

LOOK = _("请到榜单页查看进度。")


def hold(challenge: Challenge, by: Actor) -> Challenge:
    """Read the challenge again and keep its state and deadline from changing until the transaction ends.

    The lock is shared: any number of responses may go in at once, and only closing the challenge waits for them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM innovation_challenge WHERE id = %s FOR SHARE", [challenge.pk])
    found = Challenge._base_manager.select_related("round", "organisation").filter(pk=challenge.pk).first()
    if found is None or not found.is_visible_to(by):
        raise NotVisible
    return found


def is_past(challenge: Challenge) -> bool:
    """Tell whether the deadline has passed. A challenge without one never closes by itself."""
    return Challenge._base_manager.filter(pk=challenge.pk, deadline__lte=Now()).exists()


def ensure_open(challenge: Challenge) -> None:
    """Refuse, by name, whatever is allowed only until the deadline."""
    if is_past(challenge):
        raise Refusal(
            "response.deadline_passed", what=_("揭榜已经截止。"), why=_("截止之后不能再提交、修改或撤回。"), cure=LOOK
        )
    if not challenge.takes_responses:
        raise Refusal(
            "response.not_open", what=_("现在不能揭榜。"), why=_("这个榜单不在揭榜阶段。"), cure=_("请在揭榜阶段办理。")
        )
