"""Addresses of responses and consortia."""

from django.urls import path

from ..views import partners, response_pdf, responses

urlpatterns = [
    path("responses/", responses.responses, name="responses"),
    path("responses/<uuid:pk>/", responses.response, name="response"),
    path("responses/<uuid:pk>/edit/", responses.edit, name="response_edit"),
    path("responses/<uuid:pk>/review/", responses.review, name="response_review"),
    path("responses/<uuid:pk>/submit/", responses.submit, name="response_submit"),
    path("responses/<uuid:pk>/withdraw/", responses.withdraw, name="response_withdraw"),
    path("responses/<uuid:pk>/reopen/", responses.reopen, name="response_reopen"),
    path("responses/<uuid:pk>/members/", partners.members, name="response_partners"),
    path("responses/<uuid:pk>/response.pdf", response_pdf.response_pdf, name="response_pdf"),
    path("challenges/<uuid:pk>/respond/", responses.start, name="response_start"),
    path("partners/<uuid:pk>/change/", partners.change, name="partner_change"),
    path("partners/<uuid:pk>/remove/", partners.remove, name="partner_remove"),
    path("partners/<uuid:pk>/remind/", partners.remind, name="partner_remind"),
    path("partners/<uuid:pk>/consent/", partners.consent, name="partner_consent"),
    path("partners/<uuid:pk>/refuse/", partners.refuse, name="partner_refuse"),
]
