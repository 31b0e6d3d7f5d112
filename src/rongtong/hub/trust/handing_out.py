"""The bytes of a document, through whichever door they are asked for."""

from uuid import UUID

from django.http import FileResponse

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import NotVisible

from .enums import DocumentState
from .intake import download, open_kept, open_link
from .queries import document_for


def content_for(actor: Actor, link: str, only: UUID | None = None) -> FileResponse:
    """What a link names, to the account that it was made for, within a minute; the right is asked once more.

    Raises
    ------
    NotVisible
        The link is forged, old or another's, the right has ended, or the document is not ``only``.
    """
    pk, version = open_link(link, actor.account_id)
    found = document_for(actor, pk)
    if found.version != version or found.state != DocumentState.READY or (only and only != pk):
        raise NotVisible
    return download(open_kept(found.digest), found.name, found.kind)
