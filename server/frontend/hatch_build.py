"""The hook by which hatchling builds the editor: for a wheel and for an editable install alike.

A machine without Node or network still gets a working package; the page is a plain form there.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class EditorHook(BuildHookInterface[Any]):
    """Builds the bundle before the files of the wheel are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # the hook's signature
        """Makes the bundle when it is missing or old, and says so when it cannot."""
        path = Path(self.root) / "server" / "frontend" / "bundle.py"
        found = importlib.util.spec_from_file_location("zorgnetwerk_frontend_bundle", path)
        if found is None or found.loader is None:
            raise FileNotFoundError(path)
        bundle = importlib.util.module_from_spec(found)
        found.loader.exec_module(bundle)
        reason = bundle.attempt()
        if reason:
            self.app.display_warning(f"The editor was not built: {reason}. The SPARQL page is a plain form.")
