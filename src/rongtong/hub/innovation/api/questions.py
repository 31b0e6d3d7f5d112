"""Answers to questions through the API. Questions are asked and listed below their challenge."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from rongtong.hub.foundation.api import actor_of, version_asked
from rongtong.hub.organisations.queries import visible

from ..domain.questions import answer_question
from ..models import Question
from ..queries.challenges import questions_of
from .shapes import Answer, QuestionOut

PATH, NOUN = "/questions", "question"
router = Router(tags=["questions"])


@router.post("/{uuid:pk}/answer", response=QuestionOut)
def answer(request: HttpRequest, pk: UUID, payload: Answer) -> Any:
    """Answer, or change an answer; ``If-Match`` guards against a colleague's."""
    actor = actor_of(request)
    question = visible(Question, actor, pk, "challenge")
    answer_question(
        question=question, answer=payload.answer, to_all=payload.to_all, by=actor, version=version_asked(request)
    )
    every = questions_of(question.challenge, actor, inside=True, may_answer=True)
    return next(QuestionOut.of(one) for one in every if one.id == question.pk)
