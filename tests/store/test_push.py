"""A release in a remote engine: the contract on real servers, and switches that no reader notices."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from zorgnetwerk.errors import StateError, StoreUnavailable
from zorgnetwerk.store import push as pushing
from zorgnetwerk.store import pushed
from zorgnetwerk.store.base import DatasetSelection, Store
from zorgnetwerk.store.push import digest, push
from zorgnetwerk.store.pushed import POINTER, PushedReleases, PushedStore
from zorgnetwerk.store.query import Query
from zorgnetwerk.store.release import Record, Release, write_record
from zorgnetwerk.terms import media_types

from .contract import COUNT, DATA, StoreContract
from .engines import LIMITS, Engine, oxigraph, virtuoso


def make_release(folder: Path, number: int, lines: str, default_graph: str = "union") -> Release:
    folder.mkdir()
    (folder / "quads.nq").write_text(lines, "utf-8")
    (folder / "prefixes.json").write_text(json.dumps({"e": "http://e/"}), "utf-8")
    count = len(lines.strip().splitlines())
    created = "2026-01-01T00:00:00+00:00"
    content_hash = f"{abs(hash(lines)):016x}"
    record = Record(number, number - 1, created, "test", "http://e/", content_hash, "f", count, default_graph)
    write_record(folder, record)
    return Release(folder, record)


def edition(number: int, count: int = 1200) -> str:
    """Every statement of an edition names it, in two graphs."""
    lines = [f'<http://e/{i}> <http://e/in> "{number}" <http://e/g{i % 2}> .' for i in range(count)]
    return "\n".join([*lines, f'<http://e/g0> <http://e/title> "edition {number}" <http://e/about> .']) + "\n"


@pytest.fixture(scope="module", params=["oxigraph", "virtuoso"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp(request.param)
    with (oxigraph if request.param == "oxigraph" else virtuoso)(folder) as running:
        yield running


@pytest.fixture(scope="module")
def contract(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    release = make_release(tmp_path_factory.mktemp("contract") / "1", 1, DATA)
    done = push(release, engine.writer())
    assert (done.is_new, done.graphs, done.statements) == (True, 2, COUNT)
    return engine


class TestPushed(StoreContract):
    @pytest.fixture
    def store(self, contract: Engine) -> Iterator[Store]:
        store = PushedStore(contract.query, limits=LIMITS)
        yield store
        store.close()


@pytest.fixture
def fresh(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> PushedStore:
    """A reader that always asks the pointer; versions are dropped without waiting."""
    monkeypatch.setattr(pushed, "_FRESH_SECONDS", -1.0)
    monkeypatch.setattr(pushing, "GRACE_SECONDS", -1.0)
    return PushedStore(engine.query, limits=LIMITS)


def counted(store: PushedStore) -> dict[str, int]:
    rows = store.select("SELECT ?n (COUNT(*) AS ?c) WHERE { ?s <http://e/in> ?n } GROUP BY ?n")
    return {str(row["n"]): int(str(row["c"])) for row in rows}


def test_a_release_replaces_another_and_old_ones_go(engine: Engine, fresh: PushedStore, tmp_path: Path) -> None:
    writer = engine.writer()
    for number in (11, 12, 13):
        done = push(make_release(tmp_path / str(number), number, edition(number)), writer)
        assert done.is_new
        assert counted(fresh) == {str(number): 1200}
        assert fresh.release() == number
        assert not any(version.startswith(f"{number}-") for version in done.dropped)
    graphs = {str(row["g"]) for row in writer.select("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }")}
    assert {name.partition("~zn-")[2][:2] for name in graphs if "~zn-" in name} == {"12", "13"}


def test_what_is_pushed_already_is_recognised(engine: Engine, fresh: PushedStore, tmp_path: Path) -> None:
    release = make_release(tmp_path / "21", 21, edition(21))
    assert push(release, engine.writer()).is_new
    assert not push(release, engine.writer()).is_new


def test_readers_never_see_a_mixture(engine: Engine, fresh: PushedStore, tmp_path: Path) -> None:
    writer = engine.writer()
    push(make_release(tmp_path / "31", 31, edition(31)), writer)
    seen: list[dict[str, int]] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            seen.append(counted(fresh))

    thread = threading.Thread(target=watch)
    thread.start()
    for number in (32, 33):
        push(make_release(tmp_path / str(number), number, edition(number)), writer)
    stop.set()
    thread.join()
    assert seen
    assert {tuple(counts.items()) for counts in seen} <= {((str(number), 1200),) for number in (31, 32, 33)}


def test_graphs_keep_their_names_in_questions_and_answers(engine: Engine, fresh: PushedStore, tmp_path: Path) -> None:
    push(make_release(tmp_path / "41", 41, edition(41, 10)), engine.writer())
    joined = "SELECT ?g ?title WHERE { GRAPH ?g { <http://e/0> ?p ?o } ?g <http://e/title> ?title }"
    assert [(str(row["g"]), str(row["title"])) for row in fresh.select(joined)] == [("http://e/g0", "edition 41")]
    named = "PREFIX e: <http://e/> SELECT (COUNT(*) AS ?n) WHERE { GRAPH e:g1 { ?s ?p ?o } }"
    assert str(fresh.select(named)[0]["n"]) == "5"
    clause = "PREFIX e: <http://e/> SELECT (COUNT(*) AS ?n) FROM e:g1 FROM <http://e/about> WHERE { ?s ?p ?o }"
    assert str(fresh.select(clause)[0]["n"]) == "6"
    names = {str(row["g"]) for row in fresh.select("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }")}
    assert names == {"http://e/g0", "http://e/g1", "http://e/about"}


@pytest.mark.parametrize("clause", [f"FROM <{POINTER}>", f"FROM NAMED <{POINTER}>"])
def test_nothing_unpublished_can_be_chosen(engine: Engine, fresh: PushedStore, tmp_path: Path, clause: str) -> None:
    writer = engine.writer()
    push(make_release(tmp_path / "51", 51, edition(51, 10)), writer)
    writer.apply("INSERT DATA { GRAPH <http://e/secret> { <http://e/s> <http://e/p> 1 } }")
    hidden = "{ { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } FILTER(?s = <http://e/s>) }"
    assert not fresh.ask(f"ASK {hidden}")
    assert not fresh.ask("ASK { GRAPH <http://e/secret> { ?s ?p ?o } }")
    assert not fresh.ask(f"ASK {clause} {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}")
    chosen = DatasetSelection(("http://e/secret",), ("http://e/secret", POINTER))
    query = Query("SELECT * WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }", "SELECT")
    with fresh.answer(query, media_types.RESULTS_CSV, None, chosen).body as body:
        assert len(body.read().split()) == 1


def test_an_own_default_graph_is_kept_apart(engine: Engine, fresh: PushedStore, tmp_path: Path) -> None:
    lines = "<http://e/a> <http://e/p> <http://e/b> .\n" + edition(61, 10)
    push(make_release(tmp_path / "61", 61, lines, "own"), engine.writer())
    assert str(fresh.select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")[0]["n"]) == "1"
    assert str(fresh.select("SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }")[0]["n"]) == "11"


def test_an_engine_that_loses_a_statement_is_found_out(
    engine: Engine, fresh: PushedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = engine.writer()
    push(make_release(tmp_path / "71", 71, edition(71, 10)), writer)
    apply = writer.apply

    def lossy(update: str, limits: object = None) -> None:
        if "INSERT DATA" in update and "~zn-72" in update:
            update = update.replace('<http://e/3> <http://e/in> "72" .\n', "")
        apply(update, limits)  # type: ignore[arg-type]

    monkeypatch.setattr(writer, "apply", lossy)
    with pytest.raises(StoreUnavailable, match="http://e/3"):
        push(make_release(tmp_path / "72", 72, edition(72, 10)), writer)
    assert counted(fresh) == {"71": 10}
    monkeypatch.undo()
    assert push(replace(make_release(tmp_path / "again", 72, edition(72, 10))), writer).is_new


def test_values_survive_as_values(engine: Engine, fresh: PushedStore, tmp_path: Path) -> None:
    kind = "http://www.w3.org/2001/XMLSchema#"
    values = [
        '"7"^^<%sinteger>',
        '"2010-12-14"^^<%sdate>',
        '"1.50"^^<%sdecimal>',
        '"true"^^<%sboolean>',
        '"2e3"^^<%sdouble>',
    ]
    texts = ['"één"@nl-BE', '"quote \\" back\\\\slash\\nline"', '"<http://e/g>"', '"1a"^^<http://e/own>', '"😀"']
    terms = [value % kind for value in values] + texts + ["<http://e/g>", "_:b"]
    lines = "".join(f"<http://e/{i}> <http://e/v> {term} <http://e/g> .\n" for i, term in enumerate(terms))
    push(make_release(tmp_path / "81", 81, lines), engine.writer())
    with fresh.answer(
        Query("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "CONSTRUCT"), media_types.N_TRIPLES
    ).body as body:
        held = [quad.triple for quad in ox.parse(body.read(), format=ox.RdfFormat.N_TRIPLES)]
    assert digest(held) == digest(quad.triple for quad in ox.parse(lines, format=ox.RdfFormat.N_QUADS))


def test_a_site_reads_record_and_prefixes_from_the_pointer(engine: Engine, fresh: PushedStore, tmp_path: Path) -> None:
    release = make_release(tmp_path / "91", 91, edition(91, 10))
    push(release, engine.writer())
    releases = PushedReleases(fresh, tmp_path / "copies")
    current = releases.current()
    assert current is not None
    assert (current.record, current.prefixes()) == (release.record, {"e": "http://e/"})
    assert (releases.current_number(), releases.numbers()) == (91, [91])


def test_before_the_first_push_there_is_nothing(tmp_path: Path) -> None:
    with oxigraph(tmp_path / "store") as empty:
        store = PushedStore(empty.query)
        assert store.release() == 0
        with pytest.raises(StoreUnavailable, match="zorgnetwerk push"):
            store.ask("ASK {}")
        assert PushedReleases(store, tmp_path / "copies").current() is None
        store.close()


def test_the_pointer_is_remembered_for_a_moment_only(engine: Engine, tmp_path: Path) -> None:
    reader = PushedStore(engine.query, limits=LIMITS)
    push(make_release(tmp_path / "95", 95, edition(95, 4)), engine.writer())
    assert reader.release() == 95
    push(make_release(tmp_path / "96", 96, edition(96, 4)), engine.writer())
    end = time.monotonic() + 3
    while reader.release() != 96:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_many_blank_nodes_are_refused_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushing, "BLANK_BYTES", 100)
    release = make_release(tmp_path / "1", 1, DATA)
    with oxigraph(tmp_path / "store") as engine, pytest.raises(StateError, match="Give those nodes IRIs"):
        push(release, engine.writer())
