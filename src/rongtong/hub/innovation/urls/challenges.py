"""Addresses of challenges and of questions about them."""

from django.urls import path

from ..views import (
    amendments,
    challenge_forms,
    challenge_imports,
    challenge_list,
    challenge_verbs,
    challenges,
    papers,
    questions,
)

urlpatterns = [
    path("challenges/", challenge_list.challenges, name="challenges"),
    path("challenges/own/", challenge_list.own_challenges, name="own_challenges"),
    path("challenges/new/", challenge_forms.challenge_new, name="challenge_new"),
    path("challenges/import/", challenge_imports.upload, name="challenge_import"),
    path("challenges/import/template/", challenge_imports.template, name="challenge_import_template"),
    path("challenges/import/<uuid:pk>/", challenge_imports.batch, name="challenge_import_batch"),
    path("challenges/import/<uuid:pk>/columns/", challenge_imports.rename, name="challenge_import_rename"),
    path("challenges/import/<uuid:pk>/apply/", challenge_imports.apply, name="challenge_import_apply"),
    path("challenges/import/<uuid:pk>/discard/", challenge_imports.discard, name="challenge_import_discard"),
    path("challenges/import/<uuid:pk>/undo/", challenge_imports.undo, name="challenge_import_undo"),
    path("challenges/import/<uuid:pk>/faults/", challenge_imports.faults, name="challenge_import_faults"),
    path("operations/screening/", challenge_list.screening, name="screening"),
    path("challenges/<uuid:pk>/", challenges.challenge, name="challenge"),
    path("challenges/<uuid:pk>/questions/", challenges.challenge_questions, name="challenge_questions"),
    path("challenges/<uuid:pk>/files/", challenges.challenge_files, name="challenge_files"),
    path("challenges/<uuid:pk>/people/", challenges.challenge_people, name="challenge_people"),
    path("challenges/<uuid:pk>/activity/", challenges.challenge_activity, name="challenge_activity"),
    path("challenges/<uuid:pk>/challenge.pdf", papers.challenge_pdf, name="challenge_pdf"),
    path("challenges/<uuid:pk>/edit/", challenge_forms.challenge_edit, name="challenge_edit"),
    path("challenges/<uuid:pk>/amend/", amendments.challenge_amend, name="challenge_amend"),
    path("challenges/<uuid:pk>/autosave/", challenge_forms.challenge_autosave, name="challenge_autosave"),
    path("challenges/<uuid:pk>/review/", challenge_forms.challenge_review, name="challenge_review"),
    path("challenges/<uuid:pk>/screen/", challenge_verbs.challenge_screen, name="challenge_screen"),
    path("challenges/<uuid:pk>/return/", challenge_verbs.challenge_return, name="challenge_return"),
    path("challenges/<uuid:pk>/publish/", challenge_verbs.challenge_publish, name="challenge_publish"),
    path("challenges/<uuid:pk>/withdraw/", challenge_verbs.challenge_withdraw, name="challenge_withdraw"),
    path("challenges/<uuid:pk>/copy/", challenge_verbs.challenge_copy, name="challenge_copy"),
    path("challenges/<uuid:pk>/watch/", challenge_verbs.challenge_watch, name="challenge_watch"),
    path("challenges/<uuid:pk>/invite/", challenge_verbs.challenge_invite, name="challenge_invite"),
    path("challenges/<uuid:pk>/ask/", questions.question_ask, name="question_ask"),
    path("questions/<uuid:pk>/answer/", questions.question_answer, name="question_answer"),
]
