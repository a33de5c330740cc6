"""What a request asks: the quick way of reading an address gives what the standard library gives."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zorgnetwerk.errors import SyntaxInvalid
from zorgnetwerk.settings import Settings
from zorgnetwerk.web.protocol import read
from zorgnetwerk.web.representation import Fields, Plain

PIECES = (
    "%",
    "%4",
    "%41",
    "%0A",
    "%0a",
    "%3D",
    "%C3%A9",
    "%ff",
    "=",
    "==",
    "=41",
    "+",
    "_",
    "a",
    "9",
    "\n",
    "\r",
    " ",
    ".",
    "\t",
    "%\n",
    "=\n",
    "ASK",
)


def asked(query_string: bytes) -> Plain:
    return Plain("GET", query_string, Fields({}), b"")


@given(st.lists(st.sampled_from(PIECES), max_size=20))
def test_any_text_in_an_address_is_read_as_the_standard_library_reads_it(pieces: list[str]) -> None:
    text = "".join(pieces)
    try:
        unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        with pytest.raises(SyntaxInvalid):
            read(asked(b"query=" + text.encode()), Settings())
        return
    found = read(asked(b"query=" + text.encode()), Settings())
    assert found is not None
    [(_, value)] = parse_qsl(f"query={text}", keep_blank_values=True)
    assert found.text == value


@pytest.mark.parametrize("byte", range(128))
def test_each_character_arrives_however_it_is_written(byte: int) -> None:
    for written in (f"%{byte:02x}", f"%{byte:02X}"):
        found = read(asked(f"query=a{written}b".encode()), Settings())
        assert found is not None
        assert found.text == f"a{chr(byte)}b"
