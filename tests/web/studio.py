"""Makes one page of each kind from the small network."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace

from rdflib import Graph, Literal, URIRef

from zorgnetwerk.dataset import entities, labels, listing, overview, schemes, vocabulary
from zorgnetwerk.dataset.estimating import Counted, estimate
from zorgnetwerk.dataset.explanation import Advice, Explanation
from zorgnetwerk.dataset.parameters import Parameter
from zorgnetwerk.dataset.questions import Question
from zorgnetwerk.store.query import Query
from zorgnetwerk.store.reading import read
from zorgnetwerk.terms.iris import Base
from zorgnetwerk.web.frames import Frame
from zorgnetwerk.web.rendering import Renderer
from zorgnetwerk.web.views.checking import CheckView, report_view
from zorgnetwerk.web.views.downloads import DumpFile
from zorgnetwerk.web.views.explanation import ADVICE
from zorgnetwerk.web.views.problems import Hint
from zorgnetwerk.web.views.questions import AskedQuestion
from zorgnetwerk.web.views.results import Refusal, Table, Triples

from ..memory_store import MemoryStore
from .checked import answer
from .reading import Page

MakeFrame = Callable[..., Frame]
ENTITIES = (
    "organisatie/az-noord", "organisatie/az-zuid", "samenwerkingsverband/noordzuid", "campus/haven", "persoon/an-peeters",
    "bron/901", "citaat/901-001", "bewering/901-003", "deelname/901-noordzuid-huisartsen", "tijd/901-begin",
    "hoeveelheid/901-bedden", "tegenspraak/begin-noordzuid", "hypothese/az-zuid", "gebeurtenis/901-ondertekening", "graaf/901",
)  # fmt: skip

QUESTION = Question(
    URIRef("http://localhost:7777/id/vraag/x"),
    "SELECT ?x {\n  VALUES ?x { 1 }\n}",
    "SELECT",
    (Literal("Wat?", lang="nl"), Literal("Quoi ?", lang="fr"), Literal("Was?", lang="de"), Literal("What?", lang="en")),
    (Literal("Toont x.", lang="nl"),),
    (Literal("getal", lang="nl"),),
    (Parameter("x", (Literal("getal", lang="nl"),), Literal(1)), Parameter("y", (), URIRef("http://e/a"))),
)

_PREFIXES = """
    @prefix zn: <ns/zorgnetwerk#> .
    @prefix dct: <http://purl.org/dc/terms/> .
    @prefix org: <http://www.w3.org/ns/org#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix sh: <http://www.w3.org/ns/shacl#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


class Studio:
    """Makes pages of the small network."""

    def __init__(self, renderer: Renderer, store: MemoryStore, base: Base, frame: MakeFrame) -> None:
        self.renderer, self.store, self.base, self.frame = renderer, store, base, frame

    def entity(self, path: str, language: str = "nl") -> Page:
        description = entities.describe(self.store, URIRef(self.base.iri(f"id/{path}")), self.base)
        return Page(self.renderer.entity_page(description, self.frame(f"/doc/{path}", language)))

    def foreign(self, iri: str) -> Page:
        description = entities.describe(self.store, URIRef(iri), self.base)
        return Page(self.renderer.entity_page(description, self.frame("/describe", "en", f"iri={iri}")))

    def of(self, iri: str, turtle: str, language: str = "en") -> Page:
        """The page about a thing of which only this is said."""
        graph = Graph().parse(data=f"@base <{self.base.value}> .\n{_PREFIXES}{turtle}", format="turtle")
        description = entities.Description(URIRef(self.base.iri(iri)), graph, Graph(), {})
        return Page(self.renderer.entity_page(description, self.frame(f"/{iri}", language)))

    def every(self, language: str) -> dict[str, Page]:
        """One page of each kind, by name."""
        r, store, base = self.renderer, self.store, self.base
        code = URIRef(base.iri("auth/rollen/deelnemer"))
        scheme = schemes.describe_scheme(store, URIRef(base.iri("auth/rollen")), base)
        graph = store.construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 20")
        dump = DumpFile("a.nq", "/dumps/a.nq", "application/n-quads", 1234567, "00ff", datetime.date(2026, 1, 2), 12)

        stored = [QUESTION]
        explained = explanation()
        table = Table(("x",), [{"x": code}] * 2, graph, 0.01)
        asked = AskedQuestion(QUESTION, [("x", '">')], QUESTION.text, {"y": (("http://e/b", "B"),)}, table)

        def frame(path: str) -> Frame:
            return self.frame(path, language)

        report = report_view(answer(), r.translations.for_language(language), frame("/validate"))
        made = {
            "home": r.home_page(overview.overview(store, base), frame("/")),
            "list": r.list_page(listing.list_things(store, base, "organisatie"), frame("/doc/organisatie")),
            "code": r.entity_page(entities.describe(store, code, base), frame("/auth/rollen/deelnemer")),
            "scheme": r.scheme_page(scheme, frame("/auth/rollen")),
            "vocabulary": r.vocabulary_page(vocabulary.describe_vocabulary(store, base), frame("/ns/zorgnetwerk")),
            "sparql": r.sparql_page(frame("/sparql"), "", [], None),
            "triples": r.sparql_page(frame("/sparql"), "CONSTRUCT …", [], Triples(graph, graph, 0.01)),
            "questions": r.questions_page(stored, stored, 'no"<b>', frame("/queries")),
            "question": r.question_page(asked, frame("/queries/x")),
            "refused question": r.question_page(replace(asked, outcome=Refusal("why", 1, 2, "x")), frame("/queries/x")),
            "explanation": r.explanation_page(frame("/sparql/explain"), explained.query.text, explained),
            "validate": r.checking_page(CheckView(), frame("/validate")),
            "report": r.checking_page(CheckView(report=report, kept="x", sheet=True), frame("/validate")),
            "dumps": r.dumps_page([dump], frame("/dumps/")),
            "catalogue": r.catalogue_page(
                _catalogue(), frame("/catalogue"), labels.names_of(store, _catalogue(), base)
            ),
            "problem": r.problem_page(
                404, "Not found", "There is nothing at /x.", frame("/x"), [Hint("Dumps", "/dumps/")], "r1"
            ),
        }
        pages = {name: Page(text) for name, text in made.items()}
        return pages | {path: self.entity(path, language) for path in ENTITIES}


def explanation() -> Explanation:
    """A query with everything that can be said of one."""
    query = Query.parse('SELECT * {\n ?a ?p ?b .\n ?c ?q "<b>" MINUS { ?a ?r ?d } }')
    reading = replace(read(query.text), is_whole=False)
    counted = tuple(Counted(each, number) for each, number in zip(reading.patterns, (10_000, 0, None), strict=True))
    advice = tuple(Advice(rule, (2, 3)) for rule in ADVICE)  # type: ignore[arg-type]  # the table has every rule
    return Explanation(query, reading, counted, estimate(reading, counted), advice, 10)


def _catalogue() -> Graph:
    return Graph().parse(
        data="@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . "
        '<http://localhost:7777/id/dataset/x> a dcat:Dataset ; dct:title "Zorg"@nl ; dct:description "Over zorg."@nl .',
        format="turtle",
    )
