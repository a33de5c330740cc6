"""The contract of every store, kept by the pool (in memory and from the folder) and by the store of the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from zorgnetwerk.store.base import Store
from zorgnetwerk.store.local import LocalStore
from zorgnetwerk.store.options import DispatcherOptions

from .contract import COUNT, DATA, StoreContract
from .pool import point, running


def state_with_contract_data(state: Path) -> Path:
    folder = state / "releases/000001"
    folder.mkdir(parents=True)
    (folder / "quads.nq").write_text(DATA, "utf-8")
    store = ox.Store(str(folder / "store"))
    store.bulk_load(path=str(folder / "quads.nq"), format=ox.RdfFormat.N_QUADS)
    store.flush()
    del store
    (folder / "release.json").write_text(json.dumps({"format": 1, "number": 1, "quads": COUNT}))
    point(state, 1)
    return folder


@pytest.fixture(scope="module", params=["memory", "folder"])
def embedded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    state = tmp_path_factory.mktemp("contract")
    state_with_contract_data(state)
    with running(DispatcherOptions(state, mode=request.param)) as pool:
        yield pool.store


@pytest.fixture(scope="module", params=["memory", "folder"])
def local(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = LocalStore(state_with_contract_data(tmp_path_factory.mktemp("contract")), mode=request.param)
    yield store
    store.close()


class TestEmbeddedStore(StoreContract):
    @pytest.fixture
    def store(self, embedded: Store) -> Store:
        return embedded


class TestLocalStore(StoreContract):
    @pytest.fixture
    def store(self, local: Store) -> Store:
        return local
