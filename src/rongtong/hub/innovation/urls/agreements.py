"""Addresses of agreements and statements."""

from django.urls import path

from ..views import agreement_forms, agreement_verbs, agreements, statements

urlpatterns = [
    path("agreements/", agreements.agreements, name="agreements"),
    path("agreements/new/", agreement_forms.new, name="agreement_new"),
    path("agreements/calculator/", statements.calculator, name="royalty_calculator"),
    path("agreements/<uuid:pk>/", agreements.agreement, name="agreement"),
    path("agreements/<uuid:pk>/edit/", agreement_forms.edit, name="agreement_edit"),
    path("agreements/<uuid:pk>/autosave/", agreement_forms.autosave, name="agreement_autosave"),
    path("agreements/<uuid:pk>/accept/", agreement_verbs.accept, name="agreement_accept"),
    path("agreements/<uuid:pk>/decline/", agreement_verbs.decline, name="agreement_decline"),
    path("agreements/<uuid:pk>/withdraw/", agreement_verbs.withdraw, name="agreement_withdraw"),
    path("agreements/<uuid:pk>/sign/", agreement_verbs.sign, name="agreement_sign"),
    path("agreements/<uuid:pk>/end/", agreement_verbs.end, name="agreement_end"),
    path("agreements/<uuid:pk>/agreement.pdf", agreement_verbs.paper, name="agreement_pdf"),
    path("agreements/<uuid:pk>/statement/", statements.enter, name="statement_enter"),
    path("statements/<uuid:pk>/", statements.statement, name="statement"),
    path("statements/<uuid:pk>/confirm/", statements.confirm, name="statement_confirm"),
    path("statements/<uuid:pk>/return/", statements.send_back, name="statement_return"),
    path("statements/<uuid:pk>/audit/", statements.check, name="statement_audit"),
]
