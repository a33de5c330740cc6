"""What opens doors without a key: signed links to send, and the secret part of the address of a status page.

All are signatures (HMAC-SHA-256) with one secret of the state folder, each for its own purpose, so that a signature
for one is worth nothing for another. Nothing is stored: who holds the words has the right. Must not know HTTP.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zorgnetwerk.errors import KeyRequired
from zorgnetwerk.store.state import sync_folder

_SECRET_BYTES: Final = 32
_LONGEST: Final = 4_000


@dataclass(frozen=True, slots=True)
class Invitation:
    """A signed link: who may send in whose name until when. Units: ``expires`` in POSIX seconds."""

    organisation: str
    expires: int
    name: str


class Passes:
    """The signatures of one state folder."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def open(cls, state_folder: Path) -> Passes:
        """The signatures of a state folder; its secret is made when missing, readable by its owner alone."""
        path = state_folder / "secret.key"
        try:
            return cls(path.read_bytes())
        except FileNotFoundError:
            part = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(_SECRET_BYTES))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(part, path)  # the first of several processes wins; a rename would let the last one win
            except FileExistsError:
                pass
            finally:
                part.unlink()
            sync_folder(state_folder)
            return cls(path.read_bytes())

    def sign(self, purpose: str, text: str) -> str:
        """The signature of a text for one purpose, 43 characters that may stand in an address."""
        digest = hmac.new(self._secret, f"{purpose}\x00{text}".encode(), hashlib.sha256).digest()
        return _encode(digest)

    def holds(self, purpose: str, text: str, signature: str) -> bool:
        """Whether a signature is ours, compared in constant time.

        >>> passes = Passes(b"x")
        >>> passes.holds("a", "t", passes.sign("a", "t")), passes.holds("b", "t", passes.sign("a", "t"))
        (True, False)
        """
        return hmac.compare_digest(self.sign(purpose, text).encode(), signature.encode("utf-8", "replace"))

    def status_token(self, submission: str) -> str:
        """The secret part of the address of a submission's status page."""
        return self.sign("status", submission)

    def opens_status(self, submission: str, token: str) -> bool:
        """Whether this secret part belongs to this submission."""
        return self.holds("status", submission, token)

    def invite(self, organisation: str, expires: int) -> str:
        """The words of a signed link for an organisation."""
        fields = {"o": organisation, "e": expires, "n": secrets.token_hex(4)}
        payload = _encode(json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode())
        return f"{payload}.{self.sign('link', payload)}"

    def invitation(self, words: str, now: float) -> Invitation:
        """The signed link that these words are. Errors: KeyRequired when they are not ours or too old."""
        payload, _, signature = words.partition(".")
        if len(words) > _LONGEST or not self.holds("link", payload, signature):
            raise KeyRequired("This link was not made by this site, or was cut off on its way. Ask for a new one.")
        fields = json.loads(_decode(payload))
        found = Invitation(str(fields["o"]), int(fields["e"]), str(fields["n"]))
        if found.expires <= now:
            raise KeyRequired("This link is no longer valid. Ask for a new one.")
        return found


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
