"""Rights: one table of verb → roles × states, and one of route → roles. What has no row may not be done by anybody.

Roles that hold everywhere come from the actor: ``anyone, account, member, member.<step>, operator, operator.manager,
operator.viewer, system``. Roles on an object come from its ``roles_of(actor)``: by default ``own.viewer`` up to
``own.owner`` for people of the organisation that owns it. A role implies the roles below it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from .actors import Actor
from .errors import Forbidden, NotVisible, Refusal


@dataclass(frozen=True)
class Right:
    """Who may do a verb, in which states of its object, and who may read that it was done.

    Parameters
    ----------
    roles
        Any one of these is enough.
    states
        The values of ``object.state`` in which the verb makes sense; None for every state.
    scope
        What a token needs besides.
    feed
        Roles that see the entry in the object's activity.
    """

    verb: str
    roles: frozenset[str]
    states: frozenset[str] | None
    scope: str
    feed: frozenset[str]


VERBS: dict[str, Right] = {}
ROUTES: dict[str, frozenset[str]] = {}

INSIDERS = frozenset({"own.viewer", "operator.viewer"})


def right(
    verb: str,
    *roles: str,
    states: Iterable[str] | None = None,
    scope: str | None = None,
    feed: Iterable[str] = INSIDERS,
) -> None:
    """Add one row. A second row for the same verb is a mistake and stops the start."""
    if verb in VERBS:
        raise RuntimeError(f"two rights rows for {verb}")
    noun = verb.partition(".")[0]
    VERBS[verb] = Right(
        verb,
        frozenset(roles),
        None if states is None else frozenset(str(state) for state in states),
        scope or f"{noun}:write",
        frozenset(feed),
    )


def routes(*roles: str, names: Iterable[str]) -> None:
    """Let any of ``roles`` ask for the named routes. What is on the page is decided by ``visible_to``."""
    for name in names:
        if name in ROUTES:
            raise RuntimeError(f"two rights rows for route {name}")
        ROUTES[name] = frozenset(roles)


def roles_on(actor: Actor, subject: Any = None) -> set[str]:
    """Every role the actor holds, on the object and everywhere."""
    found = set(actor.roles)
    if subject is not None and hasattr(subject, "roles_of"):
        found |= subject.roles_of(actor)
    return found


def refusal(actor: Actor, verb: str, subject: Any = None) -> Refusal | None:
    """Why the actor may not do the verb to the object now, or None."""
    row = VERBS[verb]
    if not row.roles & roles_on(actor, subject):
        return Forbidden(
            "rights.role",
            what=_("您不能进行这项操作。"),
            why=_("它需要另外的角色。"),
            cure=_("请联系本单位的管理员，或联系运营方。"),
        )
    if actor.scopes is not None and row.scope not in actor.scopes:
        return Forbidden(
            "rights.scope",
            what=_("令牌无权进行这项操作。"),
            why=_("令牌的授权范围不包含它。"),
            cure=_("请换用授权范围更大的令牌。"),
        )
    if row.states is not None and str(getattr(subject, "state", "")) not in row.states:
        return Refusal(
            "rights.state",
            what=_("现在不能进行这项操作。"),
            why=_("它不适用于当前的状态或阶段。"),
            cure=_("请刷新页面，查看最新状态。"),
        )
    return None


def allowed(actor: Actor, verb: str, subject: Any = None) -> bool:
    """Whether to offer the verb. The verb itself checks again."""
    return refusal(actor, verb, subject) is None


def require(actor: Actor, verb: str, subject: Any = None) -> None:
    """Raise unless the actor may do the verb to the object now. What may not be seen is not found."""
    if subject is not None and hasattr(subject, "is_visible_to") and not subject.is_visible_to(actor):
        raise NotVisible
    problem = refusal(actor, verb, subject)
    if problem is not None:
        raise problem


def require_role(actor: Actor, verb: str, subject: Any = None) -> None:
    """Before the page of a form: for whoever can never do the verb to the object there is no such page.

    The state is not asked; the page tells it to those who have the role.
    """
    if isinstance(refusal(actor, verb, subject), Forbidden):
        raise NotVisible
