"""What holds for the vocabulary, the code lists, the prefixes and the JSON-LD context."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import OWL, RDF, RDFS, SH, SKOS, Literal, URIRef

from .folders import BASE, CONTENT, ONTOLOGY, ROOT, ZN, graph, prefixes

LANGUAGES = {"nl", "fr", "de", "en"}
SCHEMES = sorted(ONTOLOGY.glob("codelists/*.ttl"))
TURTLE = sorted(ONTOLOGY.rglob("*.ttl"))
MAPPINGS = (SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch)
CONTEXT = json.loads((ONTOLOGY / "context.jsonld").read_text("utf-8"))["@context"]
CONTEXT_TERMS = sorted(term for term in CONTEXT if not str(CONTEXT[term]).endswith(("#", "/")) and term[0] != "@")


@cache
def vocabulary() -> rdflib.Graph:
    return graph(ONTOLOGY / "zorgnetwerk.ttl")


def terms() -> list[URIRef]:
    """Every term that the ontology declares."""
    return sorted(subject for subject in vocabulary().subjects(RDFS.isDefinedBy) if isinstance(subject, URIRef))


def languages(source: rdflib.Graph, subject: URIRef, predicate: URIRef) -> Counter[str | None]:
    return Counter(text.language for text in source.objects(subject, predicate) if isinstance(text, Literal))


def in_four(source: rdflib.Graph, subject: URIRef, *predicates: URIRef) -> bool:
    return all(languages(source, subject, predicate) == Counter(LANGUAGES) for predicate in predicates)


def slug_of(label: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", label.lower()) if not unicodedata.combining(c))
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")


@pytest.mark.parametrize("path", TURTLE, ids=lambda path: path.name)
def test_both_parsers_read_the_same_number_of_triples(path: Path) -> None:
    triples = set(ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE))
    assert len(triples) == len(graph(path)) > 0


# ---------------------------------------------------------------- vocabulary


def test_ontology_has_version_licence_and_title_in_four_languages() -> None:
    header = URIRef(f"{BASE}ns/zorgnetwerk")
    source = vocabulary()
    version = source.value(header, OWL.versionInfo)
    assert source.value(header, OWL.versionIRI) == URIRef(f"{header}/{version}")
    assert in_four(source, header, rdflib.DCTERMS.title, rdflib.DCTERMS.description)
    assert "CC_BY_4_0" in str(source.value(header, rdflib.DCTERMS.license))


def test_ontology_declares_the_19_classes() -> None:
    classes = [term for term in terms() if (term, RDF.type, OWL.Class) in vocabulary()]
    assert len(classes) == 19
    assert all(vocabulary().value(term, SKOS.example) for term in classes)


@pytest.mark.parametrize("term", terms(), ids=lambda term: term.split("#")[1])
def test_term_has_label_and_definition_in_four_languages(term: URIRef) -> None:
    assert term.startswith(ZN)
    assert in_four(vocabulary(), term, RDFS.label, SKOS.definition)
    for predicate in (RDFS.comment, SKOS.editorialNote):
        assert set(languages(vocabulary(), term, predicate)) in (set(), LANGUAGES)


def test_domains_ranges_and_parents_are_declared_classes_or_datatypes() -> None:
    known = set(graph(ONTOLOGY / "imports/hergebruik.ttl").subjects(RDF.type)) | set(terms())
    known |= {RDF.langString, RDF.Statement}
    for predicate in (RDFS.domain, RDFS.range, RDFS.subClassOf, RDFS.subPropertyOf, OWL.inverseOf, OWL.disjointWith):
        for value in vocabulary().objects(None, predicate):
            assert value in known or str(value).startswith(str(rdflib.XSD)), value


def test_inverses_name_each_other() -> None:
    pairs = set(vocabulary().subject_objects(OWL.inverseOf))
    assert pairs
    assert {(b, a) for a, b in pairs} == pairs


def used_terms(paths: list[Path]) -> set[URIRef]:
    """Our terms that occur in these files: as IRIs of triples, or with the prefix zn in a query or its text."""
    found: set[str] = set()
    for path in paths:
        text = path.read_text("utf-8")
        without_comments = re.sub(r"(?m)^\s*#.*$", "", text)
        found.update(re.findall(r"(?<![\w:])zn:([A-Za-z]\w*)", without_comments))
        found.update(re.findall(r"ns/zorgnetwerk#([A-Za-z]\w*)>", without_comments))
    return {URIRef(ZN + name) for name in found}


def test_every_term_used_in_content_or_documentation_is_declared() -> None:
    valid = [path for path in CONTENT if "invalid" not in path.parts]
    documents = [ROOT / "data/README.md", ONTOLOGY / "README.md"]
    queries = sorted((ROOT / "server").rglob("*.rq"))
    assert used_terms([*valid, *documents, *queries]) - set(terms()) == set()


def test_every_declared_term_is_used_in_data_or_says_why_not() -> None:
    data = [path for path in CONTENT if path.is_relative_to(ROOT / "data")]
    idle = set(terms()) - used_terms(data)
    unexplained = {term for term in idle if vocabulary().value(term, SKOS.editorialNote) is None}
    assert unexplained == set()


def test_reused_terms_of_all_content_have_a_label_in_four_languages() -> None:
    reused = graph(ONTOLOGY / "imports/hergebruik.ttl")
    used: set[str] = set()
    for path in CONTENT:
        if path.suffix == ".rq" or "examples" in path.parts:
            continue
        syntax = ox.RdfFormat.TRIG if path.suffix == ".trig" else ox.RdfFormat.TURTLE
        for quad in ox.parse(path.read_bytes(), format=syntax, base_iri=BASE):
            used.add(quad.predicate.value)
            if quad.predicate.value == str(RDF.type) and isinstance(quad.object, ox.NamedNode):
                used.add(quad.object.value)
    foreign = {URIRef(iri) for iri in used if not iri.startswith(BASE)}
    assert foreign
    assert {term for term in foreign if not in_four(reused, term, RDFS.label)} == set()
    assert all(in_four(reused, term, RDFS.label) for term in set(reused.subjects()) if isinstance(term, URIRef))


# ---------------------------------------------------------------- code lists


@pytest.mark.parametrize("path", SCHEMES, ids=lambda path: path.stem)
def test_code_list_is_complete(path: Path) -> None:
    source = graph(path)
    scheme = URIRef(f"{BASE}auth/{path.stem}")
    assert list(source.subjects(RDF.type, SKOS.ConceptScheme)) == [scheme]
    assert in_four(source, scheme, SKOS.prefLabel, SKOS.definition)
    concepts = {concept for concept in source.subjects(RDF.type, SKOS.Concept) if isinstance(concept, URIRef)}
    assert concepts
    for concept in concepts:
        assert in_four(source, concept, SKOS.prefLabel, SKOS.definition), concept
        assert list(source.objects(concept, SKOS.inScheme)) == [scheme], concept
        names = (text for text in source.objects(concept, SKOS.prefLabel) if isinstance(text, Literal))
        label = next(name for name in names if name.language == "nl")
        assert concept == URIRef(f"{scheme}/{slug_of(str(label))}"), concept
        assert any(source.value(concept, kind) for kind in (*MAPPINGS, SKOS.editorialNote)), concept
        assert set(languages(source, concept, SKOS.editorialNote)) in (set(), LANGUAGES), concept
        parents = set(source.objects(concept, SKOS.broader))
        assert parents <= concepts, concept
        assert bool(parents) != ((concept, SKOS.topConceptOf, scheme) in source), concept
        assert all(concept not in source.transitive_objects(parent, SKOS.broader) for parent in parents), concept


@pytest.mark.parametrize("path", SCHEMES, ids=lambda path: path.stem)
def test_names_and_notations_are_unique_in_a_code_list(path: Path) -> None:
    source = graph(path)
    for predicate in (SKOS.prefLabel, SKOS.notation):
        subjects = set(source.subjects(RDF.type, SKOS.Concept))
        counts = Counter(value for subject, value in source.subject_objects(predicate) if subject in subjects)
        assert [value for value, number in counts.items() if number > 1] == []


def test_every_form_of_cooperation_lies_under_exactly_one_of_the_two_top_concepts() -> None:
    source = graph(ONTOLOGY / "codelists/samenwerkingsvormen.ttl")
    forms = f"{BASE}auth/samenwerkingsvormen/"
    tops = {URIRef(f"{forms}met-eigen-identiteit"), URIRef(f"{forms}zonder-eigen-identiteit")}
    for concept in source.subjects(RDF.type, SKOS.Concept):
        assert len(tops & set(source.transitive_objects(concept, SKOS.broader))) == 1, concept


def test_roles_are_also_roles_of_w3c_org() -> None:
    source = graph(ONTOLOGY / "codelists/rollen.ttl")
    assert set(source.subjects(RDF.type, SKOS.Concept)) == set(source.subjects(RDF.type, rdflib.ORG.Role))


# ---------------------------------------------------------------- prefixes and context


def test_prefix_list_names_each_prefix_and_each_namespace_once() -> None:
    source = graph(ONTOLOGY / "prefixes.ttl")
    assert len(list(source.objects(None, SH.declare))) == len(prefixes()) == len(set(prefixes().values()))


@pytest.mark.parametrize("path", CONTENT, ids=lambda path: str(path.relative_to(ROOT)))
def test_file_declares_prefixes_in_the_words_of_the_list(path: Path) -> None:
    for prefix, written in re.findall(r"(?im)^\s*@?prefix\s+([\w-]*):\s*<([^>]*)>", path.read_text("utf-8")):
        namespace = written if "://" in written else BASE + written
        assert prefixes().get(prefix) == namespace, f"{prefix}: {namespace}"


def test_context_has_every_term_of_the_vocabulary_under_its_local_name() -> None:
    assert {term.split("#")[1] for term in terms()} <= set(CONTEXT_TERMS)


@pytest.mark.parametrize("term", [term for term in CONTEXT_TERMS if term not in {"id", "type", "graph"}])
def test_context_term_expands_to_its_iri_and_value(term: str) -> None:
    """The value has the kind that the vocabulary, or the kind of reused term, asks for."""
    definition = CONTEXT[term] if isinstance(CONTEXT[term], dict) else {"@id": CONTEXT[term]}
    prefix, local = definition["@id"].split(":")
    iri = URIRef(prefixes()[prefix] + local)
    source = vocabulary() if prefix == "zn" else graph(ONTOLOGY / "imports/hergebruik.ttl")
    kinds = set(source.objects(iri, RDF.type))
    is_class = OWL.Class in kinds
    given = {"@container": {"nl": "a"}, "@type": _sample(definition.get("@type", ""))}
    value = next((given[key] for key in given if key in definition), "a")
    node = {"@context": CONTEXT, "id": "https://x.example/1", **({"type": term} if is_class else {term: value})}
    (triple,) = ox.parse(json.dumps(node), format=ox.RdfFormat.JSON_LD)
    if is_class:
        assert (triple.predicate.value, triple.object.value) == (str(RDF.type), str(iri))
        return
    assert triple.predicate.value == str(iri)
    if OWL.ObjectProperty in kinds:
        assert isinstance(triple.object, ox.NamedNode)
    elif prefix == "zn":
        assert isinstance(triple.object, ox.Literal)
        assert triple.object.datatype.value == str(source.value(iri, RDFS.range))
    elif "@container" in definition:
        assert triple.object == ox.Literal("a", language="nl")


def _sample(kind: str) -> object:
    samples = {"@id": "https://x.example/2", "xsd:date": "2020-01-31", "xsd:boolean": True, "xsd:integer": 3}
    return samples.get(kind, "a")
