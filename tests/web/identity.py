"""A small identity provider on this machine, for the tests of signing in through one."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import threading
import time
import urllib.parse
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "zorgnetwerk", "a secret of the tests"


class IdentityProvider:
    """Knows one person; ``claims`` overrides what the token says, ``signs`` the key that it is signed with."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one"})
        self.signs = self.key
        self.claims: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, _, query = self.path.partition("?")
                if path == "/.well-known/openid-configuration":
                    self.answer(200, outer.configuration())
                elif path == "/keys":
                    self.answer(200, {"keys": [outer.key.as_dict(private=False)]})
                elif path == "/authorize":
                    self.send_response(302)
                    self.send_header("Location", outer.authorize(dict(urllib.parse.parse_qsl(query))))
                    self.end_headers()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, said = outer.token(dict(urllib.parse.parse_qsl(body)), self.headers.get("Authorization", ""))
                self.answer(status, said)

            def answer(self, status: int, said: dict[str, Any]) -> None:
                data = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://localhost:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def configuration(self) -> dict[str, Any]:
        places = {
            name: f"{self.issuer}/{path}"
            for name, path in (
                ("authorization_endpoint", "authorize"),
                ("token_endpoint", "token"),
                ("jwks_uri", "keys"),
            )
        }
        return {"issuer": self.issuer, **places}

    def authorize(self, asked: dict[str, str]) -> str:
        assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == ("code", CLIENT, "S256")
        assert "openid" in asked["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urllib.parse.urlencode({'code': code, 'state': asked['state']})}"

    def token(self, given: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(given.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest()).rstrip(
            b"="
        )
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or challenge.decode() != asked["code_challenge"] or authorization != basic:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": "ann",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        }
        claims |= self.claims
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.signs)
        return 200, {"access_token": "x", "token_type": "Bearer", "expires_in": 60, "id_token": token}

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)
