"""Comparing lines with what is published, for whichever page shows it: before sending, while it waits, at review.

view = comparing.shown(counter, difference, lines, frame)      then in a template:
{% import "difference.html" as differences with context %} {{ differences.whole(view) }}
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rdflib import Graph, URIRef
from rdflib.term import Node

from zorgnetwerk.dataset import labels
from zorgnetwerk.errors import ZorgnetwerkError
from zorgnetwerk.submission import comparison
from zorgnetwerk.submission.comparison import Difference
from zorgnetwerk.submission.neighbourhood import Triple
from zorgnetwerk.terms import syntax
from zorgnetwerk.terms.iris import RESERVED_BASE, Base, rebase_line
from zorgnetwerk.terms.media_types import MediaType
from zorgnetwerk.web.counter import Counter
from zorgnetwerk.web.frames import Frame
from zorgnetwerk.web.site import Site
from zorgnetwerk.web.views.difference import DifferenceView, difference_view
from zorgnetwerk.web.views.reader import Reader


def difference_of(counter: Counter, lines: Sequence[str], corrected: Iterable[str] = ()) -> Difference:
    """What these lines (reserved base) change of what is published now; ``corrected`` are the lines that would go.

    Errors: those of the store.
    """
    return comparison.compare(lines, counter.about, tuple(corrected))


def shown(counter: Counter, difference: Difference, lines: Iterable[str], frame: Frame) -> DifferenceView:
    """The difference in the words of a reader."""
    return difference_view(difference, reader_of(counter.site, lines, frame))


def reader_of(site: Site, lines: Iterable[str], frame: Frame) -> Reader:
    """A reader who knows the names that these lines (reserved base) give, and those that are published."""
    base = site.base
    graph = syntax.lines_to_graph(rebase_line(line, RESERVED_BASE, base.value) for line in lines)
    try:
        words = labels.names_of(site.store, graph, base)
    except ZorgnetwerkError:
        words = Graph()  # a page without names is better than none
    return Reader(graph + words, words, frame, site.renderer.translations.for_language(frame.language))


def written(triples: Iterable[Triple], media_type: MediaType, base: Base, prefixes: dict[str, str]) -> bytes:
    """Triples under the reserved base as a document under the configured one."""
    graph = Graph()
    for subject, predicate, value in triples:
        graph.add((_moved(subject, base), _moved(predicate, base), _moved(value, base)))
    return syntax.write(graph, media_type, prefixes)


def _moved(term: Node, base: Base) -> Node:
    return URIRef(base.rebase(str(term))) if isinstance(term, URIRef) else term
