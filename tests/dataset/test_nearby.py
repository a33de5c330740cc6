"""What is spelled almost like an address that does not exist."""

from __future__ import annotations

import pytest

from zorgnetwerk.dataset.nearby import near

KNOWN = {"winkel": ["hoekwinkel", "hoekwinkels", "markt"], "bron": ["hoekwinkel"]}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("doc/winkel/hoekwinke", ["doc/winkel/hoekwinkel", "doc/winkel/hoekwinkels"]),
        ("id/winkel/makrt", ["doc/winkel/markt"]),
        ("doc/winkel/something-else", []),
        ("doc/nothing/hoekwinkel", []),
        ("auth/rollen/x", []),
        ("doc/winkel", []),
    ],
)
def test_only_things_of_the_same_kind_are_near(path: str, found: list[str]) -> None:
    assert near(path, KNOWN) == found


def test_only_the_beginning_of_a_long_name_is_compared() -> None:
    known = {"winkel": ["ab" * 60]}
    assert (
        near(f"doc/winkel/{'ab' * 60}", known)
        == near(f"doc/winkel/{'ab' * 3_000}", known)
        == [f"doc/winkel/{'ab' * 60}"]
    )
