"""A renderer, and a small network of invented hospitals to make pages of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from zorgnetwerk.terms.iris import Base
from zorgnetwerk.terms.languages import LANGUAGES
from zorgnetwerk.web.frames import Frame
from zorgnetwerk.web.rendering import Renderer

from ..memory_store import MemoryStore
from .reading import Page
from .studio import Studio

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"


@pytest.fixture(scope="session")
def base() -> Base:
    return Base("http://localhost:7777/")


@pytest.fixture(scope="session")
def network(base: Base) -> MemoryStore:
    return MemoryStore([FIXTURES / "network.trig", FIXTURES / "elsewhere.ttl"], base)


@pytest.fixture(scope="session")
def renderer() -> Renderer:
    return Renderer.load()


@pytest.fixture
def frame(base: Base) -> Callable[..., Frame]:
    def made(path: str, language: str = "nl", query_string: str = "") -> Frame:
        return Frame(language, base, path, query_string, release=3, modified="2026-11-24T10:00:00+00:00")

    return made


@pytest.fixture(scope="session")
def all_pages(renderer: Renderer, network: MemoryStore, base: Base) -> dict[str, dict[str, Page]]:
    def made(path: str, language: str = "nl", query_string: str = "") -> Frame:
        return Frame(language, base, path, query_string, release=3, modified="2026-11-24T10:00:00+00:00")

    studio = Studio(renderer, network, base, made)
    return {language: studio.every(language) for language in LANGUAGES}


@pytest.fixture
def studio(renderer: Renderer, network: MemoryStore, base: Base, frame: Callable[..., Frame]) -> Studio:
    return Studio(renderer, network, base, frame)
