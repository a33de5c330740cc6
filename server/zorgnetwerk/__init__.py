"""Zorgnetwerk: a linked-data publisher for care partnerships. Start reading at ``server/README.md``."""

from __future__ import annotations

__version__ = "0.1.0"
