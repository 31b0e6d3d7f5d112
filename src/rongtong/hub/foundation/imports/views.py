"""The pages after the upload, the same for everything that is imported: columns, confirmation, undoing, faulty rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ..actors import Actor
from ..api import actor_of
from ..errors import NotVisible, Text
from ..models import ImportBatch
from ..sheets import Column, SheetReading, export
from . import pages
from .batches import find_batch


class BatchViews:
    """The views of one kind of import.

    Parameters
    ----------
    route
        The name of the page of the upload; the others' begin with it: ``…_template``, ``…_batch``, ``…_rename``.
    kind
        Of the batches.
    columns
        What the file may hold.
    verbs
        The module with ``rename_import``, ``apply_import``, ``discard_import`` and ``undo_import``.
    read
        Reads a kept file again as a reader would, for the faulty rows.
    written
        What is said once the rows are written.
    """

    def __init__(
        self,
        route: str,
        kind: str,
        columns: Sequence[Column],
        verbs: Any,
        read: Callable[[ImportBatch, Actor], SheetReading],
        written: Text,
    ) -> None:
        self.route, self.kind, self.columns, self.verbs = route, kind, columns, verbs
        self._read, self._said = read, written
        self.template = require_safe(self._template)
        self.faults = require_safe(self._faults)
        self.rename, self.apply = require_POST(self._rename), require_POST(self._apply)
        self.discard, self.undo = require_POST(self._discard), require_POST(self._undo)

    def find(self, request: HttpRequest, pk: UUID) -> ImportBatch:
        """A batch of this kind that the reader may see."""
        return find_batch(actor_of(request), self.kind, pk)

    def to(self, batch: ImportBatch) -> HttpResponseRedirect:
        """Lead to the page of a batch."""
        return HttpResponseRedirect(reverse(f"{self.route}_batch", args=[batch.pk]))

    def upload_context(self, actor: Actor) -> dict[str, Any]:
        """What the page of the upload shows besides its form: what was imported lately."""
        return {"route": self.route, "recent": pages.recent(actor, self.kind), "step": pages.CHOOSE}

    def batch_context(self, batch: ImportBatch) -> dict[str, Any]:
        """What the page of a batch shows besides its rows."""
        return pages.shown(batch, self.columns) | {"route": self.route}

    def _template(self, request: HttpRequest) -> HttpResponse:
        """The file to fill in, with a sheet that explains its columns."""
        return export(self.columns, [], f"{self.kind}-template")

    def _rename(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        one = self.find(request, pk)
        renames = pages.renames(one, self.columns, request.POST)
        return self.to(self.verbs.rename_import(batch=one, renames=renames, by=actor_of(request)))

    def _apply(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        one = self.verbs.apply_import(batch=self.find(request, pk), by=actor_of(request))
        messages.success(request, str(self._said))
        return self.to(one)

    def _discard(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        self.verbs.discard_import(batch=self.find(request, pk), by=actor_of(request))
        return HttpResponseRedirect(reverse(self.route))

    def _undo(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        one = self.verbs.undo_import(batch=self.find(request, pk), by=actor_of(request))
        messages.success(request, _("已撤销，恢复到导入之前。"))
        return self.to(one)

    def _faults(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The faulty rows with what is wrong in a last column, to mend and upload again."""
        one = self.find(request, pk)
        if one.content is None:
            raise NotVisible
        return pages.faulty_rows(self._read(one, actor_of(request)))
