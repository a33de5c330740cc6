"""Signing in through an identity provider (OpenID Connect), an optional extra: ``pip install zorgnetwerk[oidc]``.

Authorization code flow with PKCE, state and nonce; the ID token's signature, issuer, audience, age and nonce are
checked. The claim ``zorgnetwerk_key`` names the steward's key that a person acts with: who may decide stays in the
hands of who makes keys. What must survive the way to the provider and back is in a signed cookie of ten minutes.

Source: OpenID Connect Core 1.0, 3.1; RFC 7636 (PKCE); RFC 9700, 2.1 (security best practice).
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from zorgnetwerk.errors import Forbidden, KeyRequired, SettingError, StoreUnavailable
from zorgnetwerk.settings import Settings
from zorgnetwerk.submission.passes import Passes

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session

CLAIM: Final = "zorgnetwerk_key"
SECONDS: Final = 600
_PURPOSE: Final = "oidc"
_TIMEOUT_SECONDS: Final = 10
_LEEWAY_SECONDS: Final = 60
_ALGORITHMS: Final = ("RS256", "ES256", "PS256", "EdDSA")
_LONGEST: Final = 4_000


@dataclass(frozen=True, slots=True)
class Journey:
    """What was agreed before somebody was sent to the provider. Units: ``until`` in POSIX seconds."""

    state: str
    nonce: str
    verifier: str
    language: str
    until: int


class Provider:
    """The identity provider that the settings name.

    Errors: SettingError when the extra is not installed; StoreUnavailable when the provider does not answer.
    """

    def __init__(self, settings: Settings, passes: Passes) -> None:
        self._settings = settings
        self._passes = passes
        self._lock = threading.Lock()
        self._known: dict[str, Any] = {}

    def begin(self, back: str, language: str) -> tuple[str, str]:
        """Where to send somebody, and the cookie's value; ``back`` is the address to which they return."""
        made = (secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
        journey = Journey(*made, language, int(time.time()) + SECONDS)
        address, _ = self._session(back).create_authorization_url(
            self._configuration()["authorization_endpoint"],
            state=journey.state,
            nonce=journey.nonce,
            code_verifier=journey.verifier,
        )
        return str(address), self._sealed(journey)

    def finish(self, back: str, cookie: str, given: Mapping[str, str]) -> tuple[str, str]:
        """The name of the key that the person acts with, and the language that they came in.

        Errors: Forbidden when this is not the end of a journey that began here, or the token is not for us; KeyRequired
                when the person has no key.
        """
        journey = self._opened(cookie)
        if not hmac.compare_digest(journey.state.encode(), given.get("state", "").encode("utf-8", "replace")):
            raise Forbidden("This is not the end of a sign-in that began here. Begin again.")
        if not given.get("code"):
            raise Forbidden("The identity provider did not sign you in.")
        claims = self._claims(self._token(back, journey, given["code"]), journey)
        key = claims.get(CLAIM)
        if not isinstance(key, str) or not key:
            raise KeyRequired(
                f"Your account has no claim {CLAIM!r}: ask who manages the accounts to add your key's name."
            )
        return key, journey.language

    def _session(self, back: str) -> OAuth2Session:
        try:
            from authlib.integrations.requests_client import OAuth2Session as Session
        except ImportError as error:
            raise SettingError("oidc_issuer: install the extra first: pip install 'zorgnetwerk[oidc]'") from error
        return Session(
            self._settings.oidc_client,
            self._settings.oidc_secret,
            scope="openid profile",
            redirect_uri=back,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic",  # noqa: S106  # the name of a method
        )

    def _configuration(self) -> dict[str, Any]:
        """What the provider says of itself, asked once. Errors: StoreUnavailable."""
        with self._lock:
            if not self._known:
                issuer = self._settings.oidc_issuer.rstrip("/")
                found = _fetched(f"{issuer}/.well-known/openid-configuration")
                if str(found.get("issuer", "")).rstrip("/") != issuer:
                    raise StoreUnavailable("The identity provider calls itself by another name than the setting says.")
                self._known = found
            return self._known

    def _token(self, back: str, journey: Journey, code: str) -> str:
        """The ID token for a code. Errors: Forbidden, StoreUnavailable."""
        import requests
        from authlib.common.errors import AuthlibBaseError

        try:
            answer = self._session(back).fetch_token(
                self._configuration()["token_endpoint"],
                code=code,
                code_verifier=journey.verifier,
                timeout=_TIMEOUT_SECONDS,
            )
        except AuthlibBaseError as error:
            raise Forbidden("The identity provider did not confirm this sign-in. Begin again.") from error
        except requests.RequestException as error:
            raise StoreUnavailable("The identity provider does not answer. Try again soon.") from error
        return str(answer.get("id_token", ""))

    def _claims(self, token: str, journey: Journey) -> Mapping[str, Any]:
        """What an ID token says, when it is signed, young and meant for us. Errors: Forbidden, StoreUnavailable."""
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        keys: Any = _fetched(self._configuration()["jwks_uri"])
        try:
            read = jwt.decode(token, KeySet.import_key_set(keys), algorithms=list(_ALGORITHMS))
            options = {
                "iss": {"essential": True, "value": self._configuration()["issuer"]},
                "aud": {"essential": True, "value": self._settings.oidc_client},
                "nonce": {"essential": True, "value": journey.nonce},
            }
            claims = CodeIDToken(read.claims, read.header, options, {"nonce": journey.nonce})
            claims.validate(leeway=_LEEWAY_SECONDS)
        except (JoseError, ValueError, KeyError) as error:
            raise Forbidden("What the identity provider sent is not valid here. Begin again.") from error
        return dict(claims)

    def _sealed(self, journey: Journey) -> str:
        payload = base64.urlsafe_b64encode(json.dumps(asdict(journey)).encode()).decode()
        return f"{payload}.{self._passes.sign(_PURPOSE, payload)}"

    def _opened(self, cookie: str) -> Journey:
        payload, _, signature = cookie.partition(".")
        if len(cookie) > _LONGEST or not self._passes.holds(_PURPOSE, payload, signature):
            raise Forbidden("This is not the end of a sign-in that began here. Begin again.")
        journey = Journey(**json.loads(base64.urlsafe_b64decode(payload)))
        if journey.until < time.time():
            raise Forbidden("The sign-in took too long. Begin again.")
        return journey


def _fetched(address: str) -> dict[str, Any]:
    """A JSON document of the provider. Errors: StoreUnavailable."""
    import requests

    try:
        answer = requests.get(address, timeout=_TIMEOUT_SECONDS, allow_redirects=False)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise StoreUnavailable("The identity provider does not answer. Try again soon.") from error
    return found
