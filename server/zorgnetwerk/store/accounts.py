"""How much worker time each client has had lately, so that who had least comes first.

A client is an opaque text; the empty one is ourselves, who owe nothing. The account halves every ``half_life`` seconds,
so that a busy past is forgotten within minutes and an account that is next to nothing is dropped. Every second counts,
short queries as well as long ones: a limit that only saw long ones was passed by many short ones elsewhere.

Source: the published limits of the Wikidata Query Service, which count query time for each client.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HALF_LIFE_SECONDS: Final = 30.0
_NOTHING_SECONDS: Final = 0.001
_KEPT_CLIENTS: Final = 10_000
"""An address costs an attacker little, a place here costs us memory: beyond this the smallest half is forgotten."""


@dataclass(slots=True)
class _Account:
    seconds: float
    moment: float


class Accounts:
    """Decaying accounts of worker time. Units: seconds, of the caller's clock."""

    def __init__(self, half_life: float = HALF_LIFE_SECONDS) -> None:
        self._half_life = half_life
        self._accounts: dict[str, _Account] = {}

    def charge(self, client: str, seconds: float, now: float) -> None:
        """Notes that this client had a worker for so long, until now."""
        if not client or seconds <= 0:
            return
        account = self._accounts.get(client)
        if account is None:
            if len(self._accounts) >= _KEPT_CLIENTS:
                self._tidy(now)
            self._accounts[client] = _Account(seconds, now)
            return
        account.seconds = self._rest(account, now) + seconds
        account.moment = max(now, account.moment)

    def had(self, client: str, now: float) -> float:
        """The worker time that this client had lately.

        >>> accounts = Accounts(half_life=30)
        >>> accounts.charge("a", 4, 100)
        >>> accounts.had("a", 130), accounts.had("b", 130)
        (2.0, 0.0)
        """
        account = self._accounts.get(client)
        return self._rest(account, now) if account else 0.0

    def __len__(self) -> int:
        return len(self._accounts)

    def _rest(self, account: _Account, now: float) -> float:
        return float(account.seconds * 0.5 ** (max(0.0, now - account.moment) / self._half_life))

    def _tidy(self, now: float) -> None:
        rests = {client: self._rest(account, now) for client, account in self._accounts.items()}
        kept = sorted((client for client in rests if rests[client] > _NOTHING_SECONDS), key=rests.__getitem__)
        self._accounts = {client: self._accounts[client] for client in kept[-(_KEPT_CLIENTS // 2) :]}
