"""The form as the page shows it: sections of fields with labels, help, choices, what was typed, what is said of it.

Knows what was filled in. Must not know Flask nor how questions become fields (``form_sections.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from zorgnetwerk.submission.form_files import LONGEST, Filled, choice_of
from zorgnetwerk.submission.forms import Candidate
from zorgnetwerk.web.views.difference import DifferenceView


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said of a field. ``tone`` is is-violation or is-warning; ``mend`` names a repair that ``new`` would
    bring."""

    tone: str
    message: str
    mend: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field. Shape: ``kind`` is line, area, select, several (selects) or name (with look-up); ``choices`` are
    values and labels; ``candidates`` None while nobody searched."""

    name: str
    id: str
    label: str
    help: str
    kind: str
    values: tuple[str, ...] = ("",)
    choices: tuple[tuple[str, str], ...] = ()
    is_required: bool = False
    is_wide: bool = False
    most: int = LONGEST
    rows: int = 2
    remarks: tuple[Remark, ...] = ()
    candidates: tuple[Candidate, ...] | None = None
    chosen: str = ""
    may_be_new: bool = False

    @property
    def is_invalid(self) -> bool:
        """Whether something here must be mended."""
        return any(remark.tone == "is-violation" for remark in self.remarks)

    @property
    def described(self) -> str:
        """The ids of what describes the field."""
        parts = ((self.help, "help"), (self.remarks, "said"))
        return " ".join(f"{self.id}-{name}" for said, name in parts if said)


@dataclass(frozen=True, slots=True)
class SectionView:
    """A group of fields. ``number`` is that of a participant; ``more`` are fields that few need."""

    id: str
    title: str
    lead: str = ""
    fields: tuple[FieldView, ...] = ()
    more: tuple[FieldView, ...] = ()
    remarks: tuple[Remark, ...] = ()
    number: int = 0
    parts: tuple[SectionView, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether something stands, or is said, in the fields that few need."""
        return any(item.remarks or any(item.values) for item in self.more)


@dataclass(frozen=True, slots=True)
class FormView:
    """The page.

    Shape: ``summary`` links to the fields: anchor, label, words; ``mended``: label, what stood there, what stands
           there now; ``kept`` and ``idempotency_key`` go with sending.
    """

    subject: str
    participants: str
    sections: tuple[SectionView, ...]
    hidden: tuple[tuple[str, str], ...] = ()
    may_add: bool = True
    is_checked: bool = False
    conforms: bool = False
    summary: tuple[tuple[str, str, Remark], ...] = ()
    mended: tuple[tuple[str, str, str], ...] = ()
    difference: DifferenceView | None = None
    kept: str = ""
    idempotency_key: str = ""
    link: str = ""
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What the check said, by the names of fields and groups; what belongs to none stands under ""."""

    remarks: Mapping[str, Sequence[Remark]] = field(default_factory=lambda: MappingProxyType({}))
    found: Mapping[str, tuple[Candidate, ...]] = field(default_factory=lambda: MappingProxyType({}))


def identifier(name: str) -> str:
    """The id of a field or group on the page."""
    return f"f-{name.replace('.', '-')}"


def hidden(filled: Filled, shown: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """What stands in fields that this page does not show: it travels along, so that nothing typed is lost."""
    visible = set(shown)
    visible |= {choice_of(name) for name in visible}
    return tuple(
        (name, value) for name, values in filled.values.items() if name not in visible for value in values if value
    )
