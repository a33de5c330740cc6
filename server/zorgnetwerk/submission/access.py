"""Who is signed in, and how often somebody tried: sessions, failed logins and rates, shared by all web processes.

A small database of its own: losing it signs people out and forgets counts, nothing else. Times are POSIX seconds of the
caller's clock. Must not know HTTP.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from zorgnetwerk.errors import RateExceeded, StateError

LOGIN_FAILURES: Final = 5
"""So many wrong keys from one address, then it waits; each further one doubles the wait."""
_FIRST_WAIT_SECONDS: Final = 30
_LONGEST_WAIT_SECONDS: Final = 3_600
_FORGOTTEN_SECONDS: Final = 3_600
_HOUR_SECONDS: Final = 3_600
_SCHEMA: Final = (
    "CREATE TABLE IF NOT EXISTS session (digest TEXT PRIMARY KEY, key TEXT NOT NULL, expires REAL NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS failure (client TEXT PRIMARY KEY, count INTEGER NOT NULL, last REAL NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS rate (name TEXT PRIMARY KEY, tokens REAL NOT NULL, time REAL NOT NULL) STRICT",
)


class Access:
    """The sessions and counts of one state folder."""

    def __init__(self, state_folder: Path) -> None:
        self._path = state_folder / "access.sqlite"
        with self._writing():
            self._path.chmod(0o600)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.touch(mode=0o600)
            with closing(sqlite3.connect(self._path, timeout=10, isolation_level=None)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=NORMAL")
                connection.execute("BEGIN IMMEDIATE")
                for statement in _SCHEMA:  # here, since the file may be removed while the site runs
                    connection.execute(statement)
                yield connection
                connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _row(self, query: str, values: tuple[object, ...]) -> Any:
        """The first row; None also when the file was removed. Errors: StateError."""
        if not self._path.exists():
            return None
        try:
            with closing(sqlite3.connect(self._path, timeout=10)) as connection:
                return connection.execute(query, values).fetchone()
        except sqlite3.Error as error:
            raise self._unusable(error) from error

    def _unusable(self, error: sqlite3.Error) -> StateError:
        return StateError(f"{self._path} cannot be used: {error}. It may be removed; people sign in again.")

    def begin(self, key: str, expires: float, now: float) -> str:
        """The secret name of a new session of this key. Sessions that are over are removed."""
        name = secrets.token_urlsafe(32)
        with self._writing() as connection:
            connection.execute("DELETE FROM session WHERE expires <= ?", (now,))
            connection.execute("INSERT INTO session VALUES (?,?,?)", (_digest(name), key, expires))
        return name

    def session(self, name: str, now: float) -> str | None:
        """The key that a session belongs to; None when there is no such session or it is over."""
        row = self._row("SELECT key FROM session WHERE digest = ? AND expires > ?", (_digest(name), now))
        return str(row[0]) if row else None

    def end(self, name: str) -> None:
        """Ends a session."""
        with self._writing() as connection:
            connection.execute("DELETE FROM session WHERE digest = ?", (_digest(name),))

    def check_login(self, client: str, now: float) -> None:
        """Passes when this address may try a key now. Errors: RateExceeded with the seconds to wait."""
        row = self._row("SELECT count, last FROM failure WHERE client = ?", (client,))
        if row is None or now - row[1] > _FORGOTTEN_SECONDS:
            return
        waited, wait = now - row[1], _wait(int(row[0]))
        if waited < wait:
            raise RateExceeded(
                f"Too many wrong keys came from your address. Try again in {int(wait - waited) + 1} seconds.",
                limit=LOGIN_FAILURES,
                used=row[0],
                unit="wrong keys",
                retry_after_seconds=int(wait - waited) + 1,
            )

    def failed_login(self, client: str, now: float) -> None:
        """Counts a wrong key."""
        with self._writing() as connection:
            connection.execute("DELETE FROM failure WHERE last < ?", (now - _FORGOTTEN_SECONDS,))
            connection.execute(
                "INSERT INTO failure VALUES (?,1,?) "
                "ON CONFLICT (client) DO UPDATE SET count = count + 1, last = excluded.last",
                (client, now),
            )

    def spend(self, name: str, per_hour: int, now: float) -> None:
        """Counts one request of this name. Errors: RateExceeded when an hour's worth was spent, until more grew back.

        Source: token bucket; a full bucket is one hour's worth.
        """
        with self._writing() as connection:
            connection.execute("DELETE FROM rate WHERE time < ?", (now - _HOUR_SECONDS,))  # full again by now
            row = connection.execute("SELECT tokens, time FROM rate WHERE name = ?", (name,)).fetchone()
            tokens, since = (row[0], row[1]) if row else (float(per_hour), now)
            tokens = min(float(per_hour), tokens + max(0.0, now - since) * per_hour / _HOUR_SECONDS)
            if tokens >= 1:
                connection.execute("INSERT OR REPLACE INTO rate VALUES (?,?,?)", (name, tokens - 1, now))
        if tokens < 1:
            seconds = int((1 - tokens) * _HOUR_SECONDS / per_hour) + 1
            raise RateExceeded(
                f"At most {per_hour} documents an hour are taken with one key. Try again in {seconds} seconds.",
                limit=per_hour,
                used=per_hour,
                unit="documents an hour",
                retry_after_seconds=seconds,
            )


def _wait(failures: int) -> float:
    """How long an address waits after so many failures. Units: seconds."""
    if failures < LOGIN_FAILURES:
        return 0
    return float(min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2 ** (failures - LOGIN_FAILURES)))


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
