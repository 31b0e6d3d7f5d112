"""What pages, API and domain read of trust."""

from .documents import Documents, document_for, documents_of, rows_of
from .evidence import mark_of

__all__ = ["Documents", "document_for", "documents_of", "mark_of", "rows_of"]
