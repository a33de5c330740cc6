"""Signing in through an identity provider: the whole way, and every way that must not lead in."""

from __future__ import annotations

import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("authlib", reason="the extra oidc is not installed")

from joserfc.jwk import RSAKey

from zorgnetwerk.errors import Forbidden, KeyRequired, SettingError, StoreUnavailable
from zorgnetwerk.settings import Settings, load
from zorgnetwerk.submission.passes import Passes
from zorgnetwerk.web.oidc import Provider

from .identity import CLIENT, SECRET, IdentityProvider

BACK = "http://localhost:8000/review/oidc/back"


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def followed(address: str) -> dict[str, str]:
    """What the provider sends the browser back with."""
    try:
        urllib.request.build_opener(_Stay).open(address, timeout=10)
    except urllib.error.HTTPError as answer:
        location = answer.headers["Location"]
        answer.close()
        assert location.startswith(f"{BACK}?")
        return dict(urllib.parse.parse_qsl(location.partition("?")[2]))
    raise AssertionError("the provider did not redirect")


@pytest.fixture
def identity() -> Iterator[IdentityProvider]:
    provider = IdentityProvider()
    yield provider
    provider.stop()


@pytest.fixture
def ours(identity: IdentityProvider) -> Provider:
    return Provider(Settings(oidc_issuer=identity.issuer, oidc_client=CLIENT, oidc_secret=SECRET), Passes(b"secret"))


def test_the_claim_names_the_key(identity: IdentityProvider, ours: Provider) -> None:
    identity.claims = {"zorgnetwerk_key": "ab12cd34"}
    address, cookie = ours.begin(BACK, "fr")
    assert ours.finish(BACK, cookie, followed(address)) == ("ab12cd34", "fr")


def test_a_code_is_good_once(identity: IdentityProvider, ours: Provider) -> None:
    identity.claims = {"zorgnetwerk_key": "ab12cd34"}
    address, cookie = ours.begin(BACK, "nl")
    given = followed(address)
    ours.finish(BACK, cookie, given)
    with pytest.raises(Forbidden):
        ours.finish(BACK, cookie, given)


def test_somebody_elses_way_back_leads_nowhere(identity: IdentityProvider, ours: Provider) -> None:
    address, cookie = ours.begin(BACK, "nl")
    _, other = ours.begin(BACK, "nl")
    given = followed(address)
    for wrong_cookie, wrong in (
        (other, given),
        ("", given),
        (cookie[:-1], given),
        (cookie, given | {"state": "x"}),
        (cookie, {"error": "access_denied", "state": given["state"]}),
    ):
        with pytest.raises(Forbidden):
            ours.finish(BACK, wrong_cookie, wrong)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://evil.example"},
        {"aud": "another-site"},
        {"nonce": "another"},
        {"exp": int(time.time()) - 600},
        {"exp": None},
    ],
    ids=lambda claims: next(iter(claims)),
)
def test_a_token_that_is_not_for_us_is_refused(
    identity: IdentityProvider, ours: Provider, claims: dict[str, Any]
) -> None:
    identity.claims = {"zorgnetwerk_key": "ab12cd34", **claims}
    address, cookie = ours.begin(BACK, "nl")
    with pytest.raises(Forbidden):
        ours.finish(BACK, cookie, followed(address))


def test_a_token_of_another_signature_is_refused(identity: IdentityProvider, ours: Provider) -> None:
    identity.claims = {"zorgnetwerk_key": "ab12cd34"}
    identity.signs = RSAKey.generate_key(2048, {"kid": "one"})
    address, cookie = ours.begin(BACK, "nl")
    with pytest.raises(Forbidden):
        ours.finish(BACK, cookie, followed(address))


def test_who_has_no_key_is_told(identity: IdentityProvider, ours: Provider) -> None:
    address, cookie = ours.begin(BACK, "nl")
    with pytest.raises(KeyRequired):
        ours.finish(BACK, cookie, followed(address))


def test_a_provider_that_does_not_answer_is_told(identity: IdentityProvider, ours: Provider) -> None:
    identity.stop()
    with pytest.raises(StoreUnavailable):
        ours.begin(BACK, "nl")


def test_the_settings_belong_together() -> None:
    with pytest.raises(SettingError, match="oidc_client"):
        load({}, environment={"ZORGNETWERK_OIDC_ISSUER": "https://id.example/"})
    with pytest.raises(SettingError, match="https"):
        load({}, environment={"ZORGNETWERK_OIDC_ISSUER": "http://id.example/"})
