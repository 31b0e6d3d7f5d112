"""Addresses of the pages about those who take part."""

from django.urls import path

from .views import imports, members, organisations, people, profile, tokens, verification

app_name = "organisations"
urlpatterns = [
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/own/", organisations.own, name="own"),
    path("organisations/register/", profile.register, name="register"),
    path("organisations/<uuid:pk>/", organisations.organisation, name="organisation"),
    path("organisations/<uuid:pk>/edit/", profile.edit, name="edit"),
    path("organisations/<uuid:pk>/figures/", profile.figures, name="figures"),
    path("organisations/<uuid:pk>/certificates/", profile.certificates, name="certificates"),
    path("organisations/<uuid:pk>/submit/", profile.submit, name="submit"),
    path("organisations/<uuid:pk>/verify/", verification.verify, name="verify"),
    path("organisations/<uuid:pk>/return/", verification.give_back, name="return"),
    path("organisations/<uuid:pk>/suspend/", verification.suspend, name="suspend"),
    path("organisations/<uuid:pk>/restore/", verification.restore, name="restore"),
    path("organisations/<uuid:pk>/invite/", members.invite, name="invite"),
    path("certificates/<uuid:pk>/remove/", profile.delete_certificate, name="remove_certificate"),
    path("members/", members.list_members, name="members"),
    path("members/<uuid:pk>/role/", members.change_role, name="change_role"),
    path("members/<uuid:pk>/end/", members.end_membership, name="end_membership"),
    path("members/invitations/<uuid:pk>/withdraw/", members.withdraw_invitation, name="withdraw_invitation"),
    path("invitations/<slug:secret>/", people.invitation, name="invitation"),
    path("join/", people.join, name="join"),
    path("join/<uuid:pk>/", people.accept, name="accept"),
    path("switch/", people.switch, name="switch"),
    path("me/", people.account, name="account"),
    path("tokens/", tokens.list_tokens, name="tokens"),
    path("tokens/new/", tokens.new_token, name="new_token"),
    path("tokens/<uuid:pk>/revoke/", tokens.revoke_token, name="revoke_token"),
    path("operations/verification/", organisations.queue, name="queue"),
    path("operations/import/organisations/", imports.upload, name="import"),
    path("operations/import/organisations/template/", imports.template, name="import_template"),
    path("operations/import/organisations/<uuid:pk>/", imports.batch, name="import_batch"),
    path("operations/import/organisations/<uuid:pk>/columns/", imports.rename, name="import_rename"),
    path("operations/import/organisations/<uuid:pk>/decide/", imports.decide, name="import_decide"),
    path("operations/import/organisations/<uuid:pk>/apply/", imports.apply, name="import_apply"),
    path("operations/import/organisations/<uuid:pk>/discard/", imports.discard, name="import_discard"),
    path("operations/import/organisations/<uuid:pk>/undo/", imports.undo, name="import_undo"),
    path("operations/import/organisations/<uuid:pk>/faults/", imports.faults, name="import_faults"),
]
