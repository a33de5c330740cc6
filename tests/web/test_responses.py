"""The door out: lengths, tags, conditions, codings, security headers."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Mapping

import pytest
from flask import Flask, Request, Response
from werkzeug.test import EnvironBuilder

from zorgnetwerk.store.base import Body
from zorgnetwerk.terms.media_types import RESULTS_JSON, TURTLE
from zorgnetwerk.web.responses import Representation, redirect, respond, secure

SMALL = b"<a> <b> <c> .\n"
LARGE = SMALL * 500


def asked(headers: Mapping[str, str] | None = None, method: str = "GET") -> Request:
    return Request(EnvironBuilder(method=method, headers=dict(headers or {})).get_environ())


def spooled(data: bytes) -> Body:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        return Body(os.dup(file.fileno()), len(data))


def bytes_of(response: Response) -> bytes:
    with response:
        return b"".join(response.response)  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [lambda: SMALL, lambda: spooled(SMALL)], ids=["bytes", "spool"])
def test_every_body_has_a_length(body: object) -> None:
    response = respond(asked(), Representation(body(), TURTLE))  # type: ignore[operator]
    assert response.headers["Content-Length"] == str(len(SMALL))
    assert bytes_of(response) == SMALL


def test_head_has_the_length_and_no_body() -> None:
    response = respond(asked(method="HEAD"), Representation(spooled(SMALL), TURTLE))
    assert response.headers["Content-Length"] == str(len(SMALL))
    assert bytes_of(response) == b""


def test_a_spool_is_closed_when_the_response_is() -> None:
    body = spooled(SMALL)
    response = respond(asked(), Representation(body, TURTLE))
    response.close()
    assert body.descriptor == -1


def test_headers_say_what_is_sent() -> None:
    shown = Representation(
        SMALL,
        TURTLE,
        language="nl",
        location="/doc/a/b.ttl",
        vary=("Accept", "Accept-Language"),
        links=("</a>; rel=x", "</b>; rel=y"),
        release=7,
        seconds=60,
    )
    headers = respond(asked(), shown).headers
    assert headers["Content-Type"] == "text/turtle; charset=utf-8"
    assert headers["Content-Language"] == "nl"
    assert headers["Content-Location"] == "/doc/a/b.ttl"
    assert headers["Vary"] == "Accept, Accept-Language, Accept-Encoding"
    assert headers.getlist("Link") == ["</a>; rel=x", "</b>; rel=y"]
    assert headers["Zorgnetwerk-Release"] == "7"
    assert headers["Cache-Control"] == "public, max-age=60"


def test_the_tag_is_strong_and_follows_the_bytes() -> None:
    tags = {respond(asked(), Representation(body, TURTLE)).headers["ETag"] for body in (SMALL, SMALL, LARGE)}
    assert len(tags) == 2
    assert not any(tag.startswith("W/") for tag in tags)


def test_a_held_representation_is_not_sent_again() -> None:
    tag = respond(asked(), Representation(SMALL, TURTLE)).headers["ETag"]
    response = respond(
        asked({"If-None-Match": tag}), Representation(SMALL, TURTLE, vary=("Accept",), location="/x.ttl")
    )
    assert response.status_code == 304
    assert response.headers["ETag"] == tag
    assert response.headers["Vary"] == "Accept, Accept-Encoding"
    assert "Content-Length" not in response.headers
    assert bytes_of(response) == b""


@pytest.mark.parametrize("value", ["*", 'W/"{}"', '"other", "{}"', '"{}-gzip"'])
def test_ways_to_hold_it(value: str) -> None:
    tag = respond(asked(), Representation(SMALL, TURTLE)).headers["ETag"].strip('"')
    assert respond(asked({"If-None-Match": value.format(tag)}), Representation(SMALL, TURTLE)).status_code == 304


def test_another_tag_gets_the_whole() -> None:
    assert respond(asked({"If-None-Match": '"x"'}), Representation(SMALL, TURTLE)).status_code == 200


def test_an_error_is_never_not_modified() -> None:
    assert respond(asked({"If-None-Match": "*"}), Representation(SMALL, TURTLE, status=404)).status_code == 404


@pytest.mark.parametrize("body", [lambda: LARGE, lambda: spooled(LARGE)], ids=["bytes", "spool"])
def test_large_bodies_are_compressed_with_a_tag_of_their_own(body: object) -> None:
    plain = respond(asked(), Representation(LARGE, TURTLE))
    packed = respond(asked({"Accept-Encoding": "gzip"}), Representation(body(), TURTLE))  # type: ignore[operator]
    data = bytes_of(packed)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Content-Length"] == str(len(data))
    assert gzip.decompress(data) == LARGE
    assert packed.headers["ETag"] != plain.headers["ETag"]


def test_small_bodies_are_not_compressed() -> None:
    assert (
        "Content-Encoding"
        not in respond(asked({"Accept-Encoding": "gzip"}), Representation(SMALL, RESULTS_JSON)).headers
    )


def test_errors_are_not_kept() -> None:
    assert respond(asked(), Representation(SMALL, TURTLE, status=503)).headers["Cache-Control"] == "no-store"


def test_what_never_changes_says_so() -> None:
    assert "immutable" in respond(asked(), Representation(SMALL, TURTLE, immutable=True)).headers["Cache-Control"]


def test_a_redirect_stays_here() -> None:
    response = redirect("/doc/a/b")
    assert (response.status_code, response.headers["Location"], response.headers["Vary"]) == (303, "/doc/a/b", "Accept")


def test_every_answer_is_fenced() -> None:
    with Flask(__name__).test_request_context():
        headers = secure(Response(b"")).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in headers
