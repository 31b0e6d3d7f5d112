"""Log lines as JSON: one line a record, without query strings or bodies."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

QUERY = re.compile(r"\?[^\s\"']*")
EXTRA = ("request_id", "actor", "organisation", "code", "task", "status_code")


class JsonFormatter(logging.Formatter):
    """A record as one JSON object; line ends inside a message come out encoded."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": QUERY.sub("", record.getMessage()),
        }
        for name in EXTRA:
            value = getattr(record, name, None)
            if value is not None:
                line[name] = value if isinstance(value, int) else str(value)
        request = getattr(record, "request", None)
        if request is not None and hasattr(request, "path"):
            line["method"], line["path"] = request.method, request.path
            line.setdefault("request_id", str(getattr(request, "request_id", "")))
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
