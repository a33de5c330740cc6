"""A submission with everything that its pages and its JSON show, gathered once.

Knows the register, the releases and the published data. Must not know who asks (``status.py``, ``review.py``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Final

from rdflib import URIRef
from rdflib.term import Node

from zorgnetwerk.errors import Gone, NotFound
from zorgnetwerk.store.journal import Transaction
from zorgnetwerk.submission import comparison
from zorgnetwerk.submission.comparison import Difference
from zorgnetwerk.submission.reviewing import published_lines, things_in
from zorgnetwerk.submission.rows import ACCEPTED, REPLACED, WAITING, Contents, Event, Submission
from zorgnetwerk.web import comparing
from zorgnetwerk.web.counter import Counter
from zorgnetwerk.web.frames import Frame
from zorgnetwerk.web.views.difference import DifferenceView, difference_view
from zorgnetwerk.web.views.submission import SubmissionView, state_of, submission_view

_MOST_CHANGES: Final = 20
_SHOWN: Final = (
    "organisatie",
    "samenwerkingsverband",
    "voorziening",
    "campus",
    "groep",
    "project",
    "gebied",
    "persoon",
)


@dataclass(frozen=True, slots=True)
class Dossier:
    """One submission, its contents and its steps; ``release`` is the first that holds it, 0 while none does."""

    submission: Submission
    contents: Contents
    events: tuple[Event, ...]
    release: int
    successor: str

    @property
    def state(self) -> str:
        """The state as people say it."""
        return state_of(self.submission, self.release)


def dossier(counter: Counter, identifier: str) -> Dossier:
    """The dossier of a submission. Errors: NotFound."""
    register = counter.register
    found = register.find(identifier)
    return Dossier(
        found,
        register.contents(identifier),
        tuple(register.events(identifier)),
        release_of(counter, found.entry) if found.state in (ACCEPTED, REPLACED) else 0,
        register.successor(identifier),
    )


def release_of(counter: Counter, entry: int) -> int:
    """The number of the oldest kept release that holds this journal entry; 0 while none does."""
    releases = counter.site.releases
    first = 0
    current = releases.current_number()
    for number in reversed([number for number in releases.numbers() if number <= current]):
        try:
            if not entry or releases.get(number).record.journal < entry:
                break
        except (Gone, NotFound):
            break
        first = number
    return first


def difference(counter: Counter, shown: Dossier) -> Difference:
    """What the submission would change, or did: a waiting one beside what is published now, else its own lines."""
    found = shown.submission
    if found.state == WAITING:
        corrected = lines_in_data(counter, counter.register.standing(found.replaces)) if found.replaces else set()
        return comparing.difference_of(counter, shown.contents.lines, corrected)
    return comparison.between(shown.contents.lines, ())


def lines_in_data(counter: Counter, identifier: str) -> set[str]:
    """The lines that a submission has in the data after all accepted changes."""
    with closing(counter.register.journal.connect()) as connection:
        return published_lines(Transaction(connection), identifier)


def view(counter: Counter, shown: Dossier, frame: Frame, *, for_steward: bool = False) -> SubmissionView:
    """The dossier in the words of a reader."""
    t = counter.site.renderer.translations.for_language(frame.language)
    changed = difference(counter, shown)
    reader = comparing.reader_of(counter.site, shown.contents.lines, frame)
    names = {organisation: counter.name_of(organisation, frame.language) for organisation in _organisations(shown)}
    report = report_of(shown)
    nodes = {str(entry.get("focusNode") or "") for entry in report.get("findings", ())}
    names |= {node: reader.name(URIRef(node)).text for node in nodes if node.startswith("http")}
    return submission_view(
        shown.submission,
        report,
        shown.events,
        t,
        names,
        release=shown.release,
        successor=shown.successor,
        difference=difference_view(changed, reader),
        changed_since=_changed_since(counter, shown, frame) if for_steward else (),
        published_things=_pages(changed, reader.frame, reader.name) if shown.state == "published" else (),
    )


def report_of(shown: Dossier) -> Mapping[str, Any]:
    """The report as values, with its sentences in all languages."""
    loaded = json.loads(shown.contents.report or b"{}")
    return loaded if isinstance(loaded, dict) else {}


def _organisations(shown: Dossier) -> set[str]:
    return {shown.submission.organisation, *(event.organisation for event in shown.events if event.organisation)}


def _changed_since(counter: Counter, shown: Dossier, frame: Frame) -> list[tuple[str, DifferenceView]]:
    """What other changes did to the things of this submission since it was checked, newest last."""
    if shown.submission.state != WAITING:
        return []
    mine = things_in(shown.contents.lines)
    found = []
    for entry in counter.register.journal.entries(after=shown.submission.journal):
        added, removed = (
            [line for line in lines if mine & things_in((line,))] for lines in (entry.added, entry.removed)
        )
        if added or removed:
            changed = comparison.between(added, removed)
            found.append((entry.time, comparing.shown(counter, changed, (*added, *removed), frame)))
    return found[-_MOST_CHANGES:]


def _pages(changed: Difference, frame: Frame, name: Any) -> list[tuple[str, str]]:
    """The pages of the things that a published submission describes: name and path."""
    found = []
    for each in changed.things:
        iri = _served(each.thing, frame)
        path = (frame.base.path(str(iri)) or "").split("/")
        page = frame.page_of(str(iri))
        if page and len(path) > 2 and path[1] in _SHOWN:
            found.append((name(iri).text, page))
    return found


def _served(term: Node, frame: Frame) -> URIRef:
    return URIRef(frame.base.rebase(str(term)))
