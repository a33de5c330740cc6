"""The outline of an entry: counted and named piece by piece, whatever falls between two pieces."""

from __future__ import annotations

import random

import pytest

from zorgnetwerk.store import entries
from zorgnetwerk.store.digests import blanked, is_blank
from zorgnetwerk.store.entries import Entry, outline_of, row_of

NAMING = " <p> "


def outline_side(lines: list[str]) -> entries.Side:
    entry = Entry(1, "t", "build", "c", {}, tuple(lines), (), "", "")
    return outline_of(row_of(entry), NAMING).added


@pytest.mark.parametrize("size", [1, 2, 7, 64, 1 << 20])
def test_every_line_is_counted_once(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "_PIECE_BYTES", size)
    chance = random.Random(size)
    for count in (0, 1, 2, 30):
        lines = [
            f"<s{number}>{chance.choice((NAMING, ' <q> '))}{'x' * chance.randrange(20)} ." for number in range(count)
        ]
        lines = [blanked(line) if chance.random() < 0.2 else line for line in lines]
        side = outline_side(lines)
        assert side.lines == len(lines)
        assert side.forgotten == sum(map(is_blank, lines))
        named = [line for line in lines if NAMING in line]
        assert list(side.named) == named[: len(side.named)]
        assert len(side.named) == min(len(named), 12)
