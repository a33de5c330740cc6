"""What the content tests read: the folder with the documents, and the data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .reading import REPOSITORY, Data, read_data


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the documents and the evidence; without it a test is skipped, under CI it fails."""
    folder = Path(os.environ.get("ZORGNETWERK_SHARED") or REPOSITORY.parent / "shared")
    if not (folder / "seeds").is_dir():
        reason = f"the documents are not here: no folder seeds in {folder} (set ZORGNETWERK_SHARED)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture(scope="session")
def data() -> Data:
    """All of data/ and the code lists, indexed."""
    return read_data()
