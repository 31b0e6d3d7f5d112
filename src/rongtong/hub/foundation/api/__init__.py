"""What every part of the API shares: who asks, how answers and refusals look, pages, versions.

A room's ``api.py`` (or each module of its ``api`` package) names its ``PATH`` and ``router``::

    from ninja import Router
    from rongtong.hub.foundation.api import In, Out, Page, actor_of, paged

    PATH, NOUN = "/challenges", "challenge"
    router = Router(tags=["challenges"])

    @router.get("", response=Page[ChallengeOut])
    def list_challenges(request, cursor: str = "", limit: int = 50): ...
"""

from .door import actor_of, door, needs
from .pages import Page, paged
from .problems import Problem, add_handlers, problem_response
from .schemas import In, Money, Out, only_parts
from .versions import tagged, version_asked

__all__ = [
    "In",
    "Money",
    "Out",
    "Page",
    "Problem",
    "actor_of",
    "add_handlers",
    "door",
    "needs",
    "only_parts",
    "paged",
    "problem_response",
    "tagged",
    "version_asked",
]
