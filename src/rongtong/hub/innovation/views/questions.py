"""Asking and answering."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid
from rongtong.hub.foundation.forms import RoomForm
from rongtong.hub.organisations.queries import visible

from ..domain.questions import answer_question, ask_question
from ..forms.verbs import AnswerForm, AskForm
from ..models import Challenge, Question
from .challenges import common, open_challenge, questions_context


@require_POST
def question_ask(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    form = AskForm(request.POST)
    if form.is_valid():
        try:
            ask_question(challenge=visible(Challenge, actor, pk), by=actor, **form.cleaned_data)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("问题已送达发榜方。"))
            return HttpResponseRedirect(reverse("innovation:challenge_questions", args=[pk]))
    return _again(request, pk, {"ask_form": form})


@require_POST
def question_answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    question = visible(Question, actor, pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            answer_question(question=question, by=actor, **form.cleaned_data)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("答复已发出。"))
            return HttpResponseRedirect(reverse("innovation:challenge_questions", args=[question.challenge_id]))
    return _again(request, question.challenge_id, {"answer_form": form, "answering": question.pk})


def _again(request: HttpRequest, pk: UUID, more: dict[str, RoomForm | UUID]) -> HttpResponse:
    opened = open_challenge(request, pk)
    values = common(opened, "questions") | questions_context(opened) | more
    return render(request, "innovation/challenge.html", values, status=422)
