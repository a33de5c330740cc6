"""Sentences of rules in the words of a sheet: names of properties, classes and codes instead of prefixed terms.

Knows the prefixes of the shapes and the labels of the ontology. Must not know rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Self

from rdflib import Graph, URIRef

from zorgnetwerk.dataset import labels
from zorgnetwerk.terms.namespaces import SH

_TERM: Final = re.compile(r"(?<![\w/<\"])([a-z][a-z0-9]*):([A-Za-z][\w-]*\w)")
_ADDRESS: Final = re.compile(r"<(https?://[^>]*)>")
_SAID: Final[Mapping[str, tuple[tuple[str, str], ...]]] = MappingProxyType(
    {
        "nl": (("een IRI", "een adres"), ("<> ", "")),
        "fr": (("un IRI", "une adresse"), ("une IRI", "une adresse"), ("<> ", "")),
        "de": (("eine IRI", "eine Adresse"), ("<> ", "")),
        "en": (("an IRI", "an address"), ("<> ", "")),
    }
)
_TYPED: Final = re.compile(r'"([^"]*)"(?:\^\^[a-z]+:\w+|@[a-z]{2})')


@dataclass(frozen=True, slots=True)
class Wording:
    """Turns terms into words."""

    prefixes: Mapping[str, str]
    ontology: Graph

    @classmethod
    def of(cls, shapes: Graph, ontology: Graph) -> Self:
        """The wording with the prefixes that the shapes declare."""
        declared = {
            str(shapes.value(item, SH.prefix)): str(shapes.value(item, SH.namespace))
            for item in shapes.objects(None, SH.declare)
        }
        return cls(declared, ontology)

    def plain(self, sentence: str, language: str) -> str:
        """The sentence with every known term by its label, and values without marks of syntax."""

        def named(found: re.Match[str]) -> str:
            namespace = self.prefixes.get(found[1])
            label = labels.label(self.ontology, URIRef(f"{namespace}{found[2]}"), language) if namespace else None
            return f"“{label}”" if label is not None else found[0]

        plain = _TERM.sub(named, _ADDRESS.sub(r"\1", _TYPED.sub(r"\1", sentence)))
        for technical, word in _SAID.get(language, ()):
            plain = plain.replace(technical, word)
        return plain
