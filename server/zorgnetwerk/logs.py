"""Logging: one JSON object a line on standard error, no personal data.

Client addresses and the process environment are never logged, the texts of queries only where a setting says so.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Final

_FIELDS: Final = ("request_id", "method", "path", "status", "seconds", "bytes", "release")


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON; a trace becomes a member of it."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        entry: dict[str, object] = {
            "time": f"{moment}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {name: getattr(record, name) for name in _FIELDS if hasattr(record, name)}
        entry |= getattr(record, "told", {})
        entry["pid"] = record.process
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


def set_up(level: str = "info") -> None:
    """Sends everything of this package to standard error; libraries only from warnings on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("zorgnetwerk").setLevel(level.upper())
