"""Lines of code: whatever the query holds, each language reads back exactly that."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zorgnetwerk.terms.media_types import RESULTS_CSV, RESULTS_JSON, TURTLE
from zorgnetwerk.web.views import snippets

ENDPOINT = "http://localhost:7777/sparql"
HOSTILE = (
    "SELECT ?x { ?x ?p 'it''s' }",
    'ASK { ?s ?p """a\\"b""" } # "',
    "a `b` ${c} \\` \\${ \\",
    ')" )-" )--"',
    "é\u2028\r\n\t'; rm -rf x; '$(id) `id` \"",
)


def code(language: str, query: str) -> str:
    made = snippets.of_query(ENDPOINT, query, RESULTS_CSV)
    return next(each.code for each in made if each.language == language)


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=80))
def test_python_reads_back_the_query(query: str) -> None:
    scope: dict[str, str] = {}
    text = code("Python", query)
    exec(text[text.index("query = ") : text.index("\nrequest = ")], scope)
    assert scope["query"] == query


@pytest.mark.parametrize("query", HOSTILE)
def test_a_shell_reads_back_the_query(query: str) -> None:
    line = code("curl", query).replace("curl", "printf '%s\\0'", 1)
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=True)
    assert done.stdout.decode().split("\0")[-3:-1] == [f"query={query}", ENDPOINT]


@pytest.mark.parametrize("query", HOSTILE)
def test_javascript_reads_back_the_query(query: str) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node on this machine")
    text = code("JavaScript", query)
    program = text[: text.index("\nconst answer")] + "\nconsole.log(JSON.stringify(query));"
    done = subprocess.run([node, "-e", program], capture_output=True, check=True)
    assert json.loads(done.stdout) == query


@pytest.mark.parametrize("query", HOSTILE)
def test_a_raw_string_of_r_ends_only_at_its_end(query: str) -> None:
    text = code("R", query)
    start = text.index('r"') + 2
    dashes = text[start : text.index("(")]
    end = text.index(f'){dashes}"', start)
    assert text[start + len(dashes) + 1 : end] == query


@pytest.mark.parametrize("media_type", [RESULTS_CSV, RESULTS_JSON, TURTLE])
def test_python_code_compiles_for_every_kind_of_answer(media_type) -> None:  # type: ignore[no-untyped-def]
    for each in (*snippets.of_query(ENDPOINT, "ASK {}", media_type), *snippets.of_address(ENDPOINT, media_type)):
        if each.language == "Python":
            compile(each.code, "snippet", "exec")
