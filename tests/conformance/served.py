"""A served folder whose files change: one site for the whole suite, a new release for each data set.

The folder holds the suite's files under the suite's paths, so that a file parses against ``{base}bestand/{path}``: the
suite stands, for everything that reads it, at ``{base}bestand/``.
"""

from __future__ import annotations

import shutil
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox

from zorgnetwerk import settings as settings_table
from zorgnetwerk.dataset.building import build
from zorgnetwerk.serving import plan_of
from zorgnetwerk.store.release import Releases
from zorgnetwerk.store.state import State
from zorgnetwerk.terms.iris import Base

from ..conftest import Reply, RunningSite, start_site

FLAGS = ("--default-graph", "own", "--unchecked")
_NAMED = "genoemd.nq"
_SWITCH_SECONDS = 20.0


@dataclass
class ServedFolder:
    """A site over a content folder that tests fill again and again."""

    folder: Path
    site: RunningSite
    releases: int = 0
    reload_seconds: float = 0.0
    _held: object = field(default=None)

    @classmethod
    def start(cls, place: Path, *flags: str) -> ServedFolder:
        """A site over a folder with one empty file."""
        folder = place / "content"
        folder.mkdir()
        (folder / "leeg.ttl").write_bytes(b"")
        return cls(folder, start_site(place / "state", folder, *FLAGS, *flags))

    @property
    def address(self) -> str:
        """The IRI that the files' paths are relative to."""
        return f"{self.site.base}bestand/"

    def show(self, suite: Path, data: tuple[str, ...], graphs: tuple[str, ...]) -> None:
        """Serves these files of a suite: ``data`` as the default graph, each of ``graphs`` as a graph of its own name."""
        if self._held == (data, graphs):
            return
        began = time.monotonic()
        self._clear()
        for path in data:
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(suite / path, target)
        named = [line for number, path in enumerate(graphs) for line in self._named(suite, path, number)]
        (self.folder / _NAMED).write_text("".join(named), "utf-8")
        self._publish()
        self._held = (data, graphs)
        self.releases += 1
        self.reload_seconds += time.monotonic() - began

    def ask(self, query: str, accept: str, **parameters: str) -> Reply:
        """The reply to a query sent as a form."""
        body = urllib.parse.urlencode({"query": query, **parameters}).encode()
        headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
        return self.site.ask("/sparql", headers, "POST", body)

    def _clear(self) -> None:
        for path in self.folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

    def _named(self, suite: Path, path: str, number: int) -> list[str]:
        """The lines of a file as a graph named by its own address; blank nodes of two files never meet."""
        name = ox.NamedNode(self.address + path)
        triples = ox.parse(path=str(suite / path), base_iri=name.value, rename_blank_nodes=True)
        quads = [ox.Quad(triple.subject, triple.predicate, triple.object, name) for triple in triples]
        text = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
        return (text or b"").decode("utf-8").splitlines(keepends=True)

    def _publish(self) -> None:
        """Builds as ``zorgnetwerk build`` does and waits until the new release answers."""
        chosen = settings_table.load(
            {
                "content_dir": str(self.folder),
                "state_dir": str(self.site.state),
                "default_graph": "own",
                "unchecked": True,
                "release_retention": 2,
            },
            environment={},
        )
        releases = Releases(State.open(chosen.state))
        number = build(releases, plan_of(chosen, Base(self.site.base))).release.number
        end = time.monotonic() + _SWITCH_SECONDS
        while self.site.ask("/sparql?query=ASK+%7B%7D").headers.get("zorgnetwerk-release") != str(number):
            assert time.monotonic() < end, f"release {number} was not served in time"
            time.sleep(0.02)
