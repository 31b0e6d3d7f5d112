"""What of agreements and documents leaves evidence."""

from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.verbs import Done

from .domain.agreements import CLAUSES
from .evidence_kinds import evidence
from .models import Document
from .subjects import SUBJECTS

OWN = {"own.viewer"}


def _document(one: Document) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "size": one.size,
        "sha256": one.digest,
        "received_sha256": one.received_digest,
        "level": one.level,
        "version": one.version,
        "about": {"type": one.subject_type, "id": one.subject_id},
    }


def _signed(done: Done) -> dict[str, Any]:
    nda = done.result
    return {
        "discloser": nda.discloser_id,
        "recipient": nda.recipient_id,
        "signed_by": nda.signed_by_id,
        "signed_name": nda.signed_name,
        "text_version": nda.text_version,
        "text": [_text(clause) for clause in CLAUSES],
        "about": {"type": nda.subject_type, "id": nda.subject_id},
    }


def _text(clause: Any) -> str:
    """As it was signed, whatever language the signer's page was in: the Chinese text is the agreement."""
    with translation.override("zh-hans"):
        return str(clause)


def _thing(one: Any) -> Model:
    """What an agreement or a document is about."""
    kind = next(kind for kind in SUBJECTS.values() if kind.label == one.subject_type)
    model: type[Model] = apps.get_model(kind.label)
    return model(pk=one.subject_id)


evidence(
    "nda.sign",
    "nda.signed",
    _("签署保密协议"),
    content=_signed,
    readers=OWN,
    openers=OWN,
    context=_thing,
    inside=OWN,
    once=True,
)
evidence(
    "document.attach",
    "document.attached",
    _("上传附件"),
    content=lambda done: _document(done.result),
    readers=OWN,
    openers=OWN,
    context=_thing,
    inside=OWN,
)
evidence(
    "document.read",
    "document.disclosed",
    _("附件披露"),
    content=lambda done: {
        **_document(done.subject),
        "reader": done.by.account_id,
        "reader_organisation": done.by.organisation_id,
    },
    readers=OWN,
    openers=OWN,
    context=_thing,
    inside=OWN,
)
