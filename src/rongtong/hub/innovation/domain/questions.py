"""Questions about an open challenge. Others never learn who asked."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal, Stale, Text
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.domain.actors import people_of

from ..enums import ChallengeState
from ..models import Challenge, Question
from ..queries.acting import own_id
from .challenges import WRITERS
from .publication import watchers

LONGEST_QUESTION, LONGEST_ANSWER = 1000, 2000
#: Of one organisation about one challenge, not yet answered.
MOST_WAITING = 20
ANSWERABLE = (ChallengeState.OPEN, ChallengeState.SELECTING)


@verb("question.ask", on="challenge")
def ask_question(*, challenge: Challenge, text: str, by: Actor) -> Question:
    """Ask the challenger. Members of other verified organisations may, while answers are open."""
    text = _text("text", text, LONGEST_QUESTION, _("请写下您的问题。"))
    if challenge.deadline is not None and challenge.deadline <= timezone.now():
        raise Refusal(
            "question.closed", what=_("不能再提问。"), why=_("揭榜截止时间已过。"), cure=_("可以查看已公开的答复。")
        )
    waiting = Question._base_manager.filter(challenge=challenge, organisation_id=own_id(by), answered_at=None).count()
    if waiting >= MOST_WAITING:
        raise Refusal(
            "question.too_many",
            what=_("暂时不能再提问。"),
            why=_("贵单位已有 20 个问题在等待答复。"),
            cure=_("请等发榜方答复后再问。"),
        )
    question = Question(challenge=challenge, organisation_id=own_id(by), text=text)
    question.save()
    people = people_of(challenge.organisation_id, *WRITERS)
    notify("question.asked", to=people, about=challenge, by=by, organisation_id=challenge.organisation_id)
    return question


@verb("question.answer", on="question")
def answer_question(
    *, question: Question, answer: str, to_all: bool, by: Actor, version: int | None = None
) -> Question:
    """Answer, privately or to all, or change an answer. What all have read stays with all.

    Raises
    ------
    Stale
        A colleague answered since ``version``.
    """
    answer = _text("answer", answer, LONGEST_ANSWER, _("请写下答复。"))
    if version is not None and question.version != version:
        yours = {"answer": answer, "to_all": to_all}
        raise Stale(
            theirs={"answer": question.answer, "to_all": question.to_all}, yours=yours, version=question.version
        )
    if question.challenge.state not in ANSWERABLE:
        raise Refusal(
            "question.over", what=_("不能再答复。"), why=_("这项需求的遴选已经结束。"), cure=_("请直接与中选方联系。")
        )
    first, was_public = question.answered_at is None, question.to_all
    question.answer, question.to_all = answer, to_all or was_public
    question.answered_at = question.answered_at or timezone.now()
    question.touch("answer", "to_all", "answered_at")
    audit.note(to_all=question.to_all, first=first)
    _tell(question, newly_public=question.to_all and not was_public, by=by)
    return question


def _tell(question: Question, *, newly_public: bool, by: Actor) -> None:
    challenge = question.challenge
    askers = people_of(question.organisation_id, *WRITERS)
    notify("question.answered", to=askers, about=challenge, by=by, organisation_id=question.organisation_id)
    if newly_public:
        own = set(people_of(challenge.organisation_id))
        others = [one for one in watchers(challenge) if one not in own and one not in set(askers)]
        notify("question.published", to=others, about=challenge, by=by)


def _text(field: str, text: str, longest: int, empty: Text) -> str:
    text = text.strip()
    if not text:
        raise Invalid([Fault(field, empty, "question.empty")])
    if len(text) > longest:
        raise Invalid([Fault(field, _("最多 %(longest)s 字。") % {"longest": longest}, "question.too_long")])
    if "\x00" in text:
        raise Invalid([Fault(field, _("含有不能保存的字符。"), "question.bad_character")])
    return text
