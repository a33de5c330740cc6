"""The short way through the gate: what it finds is what the whole inspection finds, and it lets nothing past."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zorgnetwerk.errors import QueryRefused
from zorgnetwerk.store.query import _Inspection, has_dataset_clause
from zorgnetwerk.store.shortcut import form_of
from zorgnetwerk.store.tokens import tokens

ROOT = Path(__file__).resolve().parents[2]
PIECES = (
    "SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "PREFIX", "BASE", "e:", "<urn:e>", "?s", "{", "}", "(", ")", "[", "]", "'", '"', "#", "\n",
    "SERVICE", "service", "LOAD", "\\u0053", "VALUES", "UNION", "FILTER", "!", "||", "&&", "=", "<", ">", "<<", ">>", "*", "1.5", "@nl", ":", ".",
    ";", "'''", "e:service", "é", "\u017fERVICE", "SELECT:", "ASKx", "\t", "-", "from", "%20", "a",
)  # fmt: skip


def inspected(text: str) -> str | None:
    """What the whole inspection finds; the reason of the refusal when it refuses."""
    try:
        return _Inspection(text).form()
    except QueryRefused as error:
        return f"refused: {error.reason}"


@given(st.lists(st.sampled_from(PIECES), max_size=40), st.sampled_from(["", " "]))
def test_what_the_short_way_finds_the_inspection_finds(pieces: list[str], glue: str) -> None:
    text = glue.join(pieces)
    found = form_of(text)
    assert found is None or found == inspected(text)


@given(st.text(max_size=200))
def test_no_text_at_all_is_judged_otherwise(text: str) -> None:
    found = form_of(f"SELECT {text}")
    assert found is None or found == inspected(f"SELECT {text}")


@pytest.mark.parametrize(
    "sign",
    ["!", "+", "(", "{", "[", "<", "|", "&", "=", "^", "FROM ", "BIND", "Bind", "FROM", "?x ", "1 ", "<a>", ". "],
)
def test_the_longest_texts_reach_no_bound(sign: str) -> None:
    for length in (50, 99, 101, 150, 199, 201, 400, 790, 800, 801, 900, 999, 1_000, 1_001, 2_000):
        text = "ASK {" + sign * (length // len(sign))
        found = form_of(text)
        assert found is None or found == inspected(text)


def test_ordinary_questions_take_the_short_way() -> None:
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "data" / "queries").rglob("*.rq"))]
    texts += ["SELECT ?n { <http://e/thing/7> <http://e/name> ?n }", "ask{}", "PREFIX e: <urn:e:>\nDESCRIBE e:x"]
    found = [form_of(text) for text in texts]
    assert found[-3:] == ["SELECT", "ASK", "DESCRIBE"]
    assert all(one is None or one == inspected(text) for one, text in zip(found, texts, strict=True))


@given(
    st.lists(
        st.sampled_from((*PIECES, "FROM", "From", "NAMED", "_", "x", "1", "1e", "@en-", "--", "?", "%46")), max_size=30
    )
)
def test_the_quick_look_for_graphs_misses_none(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert has_dataset_clause(text) == any(
        kind == "word" and token.upper() == "FROM" for kind, token, _ in tokens(text)
    )
