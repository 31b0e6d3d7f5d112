"""Documents: taken in by the rules for files, read by the rule of their object, every reading written down."""

from typing import Any

from django.core.files import File
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Forbidden, Invalid, NotVisible, Refusal, Stale
from rongtong.hub.foundation.rights import require
from rongtong.hub.foundation.verbs import verb

from ..enums import DocumentState, Level
from ..intake import Accepted, receive, sign_link
from ..models import Document
from ..subjects import Subject, kind_of

MOST = 30


def attach(*, subject: Any, file: "File[bytes]", level: int, by: Actor) -> Document:
    """Take a file in and attach it to an object.

    The file is inspected before the transaction begins: that may take seconds and must hold no lock. The right is asked
    before, so that a stranger's file is not even looked at, and again by the verb.

    Raises
    ------
    FileRefused
        The file breaks a rule for its purpose.
    """
    require(by, "document.attach", subject)
    _ensure_open(kind_of(subject), subject, by)
    accepted = receive(file, kind_of(subject).purpose)
    return keep_document(subject=subject, accepted=accepted, level=level, by=by)


@verb("document.attach", on="subject")
def keep_document(*, subject: Any, accepted: Accepted, level: int, by: Actor) -> Document:
    """Attach what was taken in."""
    kind = kind_of(subject)
    _ensure_open(kind, subject, by)
    if level not in Level.values:
        raise Invalid([Fault("level", _("披露等级不在可选范围内。"), "choice")])
    if _standing(subject).count() >= MOST:
        raise Refusal(
            "document.too_many", what=_("不能再添加附件。"), why=_("最多 30 个附件。"), cure=_("先移除不再需要的附件。")
        )
    audit.note(level=level, size=accepted.size, kind=accepted.kind)
    return Document._base_manager.create(
        organisation_id=by.firm,
        uploaded_by_id=by.person,
        subject_type=kind.label,
        subject_id=subject.pk,
        purpose=kind.purpose,
        level=level,
        name=accepted.name,
        kind=accepted.kind,
        size=accepted.size,
        digest=accepted.sha256,
        received_digest=accepted.received_sha256,
        signed=accepted.signed,
        state=DocumentState.READY if accepted.is_open else DocumentState.CHECKING,
    )


@verb("document.read", on="document")
def read_document(*, document: Document, by: Actor) -> str:
    """Give a link that lets this account fetch the file for a minute. The reading is written down first."""
    audit.note(level=document.level)
    return sign_link(document.pk, document.version, by.account_id)


@verb("document.remove", on="document")
def remove_document(*, document: Document, by: Actor, version: int | None = None) -> Document:
    """Take a document away. Its content goes 35 days later, when no backup can need it any more.

    Raises
    ------
    Stale
        The document is not in the ``version`` that was read.
    """
    if version is not None and version != document.version:
        raise Stale(theirs={"state": document.state}, yours={"state": DocumentState.REMOVED}, version=document.version)
    subject = document.subject
    _ensure_open(kind_of(subject), subject, by)
    document.state = DocumentState.REMOVED
    document.touch("state")
    return document


def _standing(subject: Any) -> Any:
    return Document._base_manager.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk).exclude(
        state=DocumentState.REMOVED
    )


def _ensure_open(kind: Subject, subject: Any, by: Actor) -> None:
    """The object's own room says who attaches in which state."""
    if not kind.is_for(subject, by):
        if not subject.is_visible_to(by):
            raise NotVisible
        raise Forbidden(
            "rights.role", what=_("您不能改动这里的附件。"), why=_("它们属于另一方。"), cure=_("请联系附件的提供方。")
        )
    if not kind.is_open(subject):
        raise Refusal(
            "rights.state",
            what=_("现在不能改动附件。"),
            why=_("它不适用于当前的状态或阶段。"),
            cure=_("请刷新页面，查看最新状态。"),
        )
