"""What is published about one organisation, as rows of a template.

Knows published triples by their ends. Must not know files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from rdflib import Literal, URIRef
from rdflib.term import Node

from zorgnetwerk.submission.fields import Field, Form
from zorgnetwerk.submission.neighbourhood import Edges
from zorgnetwerk.submission.tables import EXACT, ID, SEPARATOR, YES_NO, Kind
from zorgnetwerk.submission.templates import FilledRow
from zorgnetwerk.terms.iris import RESERVED_BASE
from zorgnetwerk.terms.namespaces import DCT, FOAF, PROV, RESERVED_ZN, SKOS

_MOST: Final = 200
"""Rows of one sheet; an organisation with more participations fills them in parts."""


def rows_about(
    organisation: URIRef, forms: Iterable[Form], published: Edges, language: str
) -> Mapping[str, list[FilledRow]]:
    """The rows about an organisation, its participations and their partnerships, by the key of the sheet.

    Nothing when it is not published.
    """
    if not list(published.leaving((organisation,), None)):
        return {}
    by_key = {form.sheet.key: form for form in forms}
    shares = sorted({triple[0] for triple in published.entering((organisation,), RESERVED_ZN.deelnemer)}, key=str)
    shares = shares[:_MOST]
    partnerships = sorted({triple[2] for triple in published.leaving(shares, RESERVED_ZN.deelnameAan)}, key=str)
    filler = _Filler(published, language)
    return {
        "inzending": [],
        "organisaties": [filler.row(organisation, by_key["organisaties"])],
        "samenwerkingsverbanden": [filler.row(each, by_key["samenwerkingsverbanden"]) for each in partnerships],
        "deelnames": [filler.row(each, by_key["deelnames"]) for each in shares],
    }


class _Filler:
    def __init__(self, published: Edges, language: str) -> None:
        self._published, self._language = published, language

    def row(self, thing: Node, form: Form) -> FilledRow:
        """The row of one thing. Facts that rest on times of their own are left to the source that says them."""
        facts: dict[Node, list[Node]] = {}
        for _, predicate, value in self._published.leaving((thing,), None):
            facts.setdefault(predicate, []).append(value)
        row = {ID: str(thing).removeprefix(f"{RESERVED_BASE}id/")}
        for item in form.fields:
            text = "" if item.column.on_time else self._text(item, facts)
            if text:
                row[item.column.key] = text
        return row

    def _text(self, item: Field, facts: Mapping[Node, list[Node]]) -> str:
        column = item.column
        if column.kind is Kind.SOURCE:
            sources = {
                triple[2] for triple in self._published.leaving(facts.get(RESERVED_ZN.citaat, ()), PROV.wasQuotedFrom)
            }
            return self._value(sources, (DCT.identifier,)) if len(sources) == 1 else ""
        values = sorted(set(facts.get(column.path, ())), key=str)
        if column.kind is Kind.QUOTATION:
            return self._value(values, (EXACT,)) if len(values) == 1 else ""
        texts = [text for value in values if (text := self._said(item, value))]
        return SEPARATOR.join(texts) if column.many else next(iter(texts), "")

    def _said(self, item: Field, value: Node) -> str:
        column = item.column
        if column.kind is Kind.THING:
            return self._value((value,), (SKOS.prefLabel, FOAF.name)) or str(value).removeprefix(f"{RESERVED_BASE}id/")
        if item.codes:
            return next((code.names[self._language] for code in item.codes if code.iri == value), "")
        if column.kind is Kind.YES_NO:
            return YES_NO[self._language][0 if str(value) == "true" else 1]
        if column.language:
            return str(value) if isinstance(value, Literal) and value.language == column.language else ""
        return str(value)

    def _value(self, nodes: Iterable[Node], properties: Iterable[URIRef]) -> str:
        """The first text of these properties; a thing's Dutch one where there are several languages."""
        wanted = list(nodes)
        for link in properties:
            texts = [triple[2] for triple in self._published.leaving(wanted, link) if isinstance(triple[2], Literal)]
            if texts:
                return str(min(texts, key=lambda text: (text.language != "nl", str(text))))
        return ""
