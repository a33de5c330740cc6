"""Keys of people and programs that send or review data: printed once, kept as hashes.

A key is 32 random bytes, so a plain SHA-256 is enough to keep it: there is nothing to guess. Knows a file. Must not
know HTTP.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from zorgnetwerk.errors import NotFound
from zorgnetwerk.store.state import write_durably

ROLES: Final = ("submitter", "steward")
_PREFIX: Final = "znk_"


@dataclass(frozen=True, slots=True)
class Key:
    """One key without its secret. Units: ``created`` is ISO 8601 in UTC."""

    name: str
    role: str
    organisation: str
    created: str
    digest: str


class Keys:
    """The keys of one state folder."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "keys.json"

    def all(self) -> list[Key]:
        """Every key, oldest first."""
        try:
            return [Key(**entry) for entry in json.loads(self._path.read_text("utf-8"))]
        except FileNotFoundError:
            return []

    def steward(self, name: str) -> Key | None:
        """The key of this name, when there is one and it is a steward's."""
        return next((key for key in self.all() if key.name == name and key.role == "steward"), None)

    def create(self, role: str, organisation: str, created: str) -> tuple[Key, str]:
        """A new key and its secret, which is not kept. Errors: ValueError for an unknown role."""
        if role not in ROLES:
            raise ValueError(f"the role is {role!r}, expected one of {', '.join(ROLES)}")
        secret = _PREFIX + secrets.token_urlsafe(32)
        key = Key(secrets.token_hex(4), role, organisation, created, _digest(secret))
        self._write([*self.all(), key])
        return key, secret

    def revoke(self, name: str) -> Key:
        """Removes a key. Errors: NotFound."""
        keys = self.all()
        found = next((key for key in keys if key.name == name), None)
        if found is None:
            raise NotFound(f"There is no key {name!r}; 'zorgnetwerk token list' shows all.")
        self._write([key for key in keys if key.name != name])
        return found

    def find(self, secret: str) -> Key | None:
        """The key with this secret, compared in constant time."""
        digest = _digest(secret)
        found = None
        for key in self.all():
            if hmac.compare_digest(key.digest, digest):
                found = key
        return found

    def _write(self, keys: Sequence[Key]) -> None:
        write_durably(self._path, json.dumps([asdict(key) for key in keys], indent=1).encode(), 0o600)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
