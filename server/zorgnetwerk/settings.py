"""Every setting: one table with name, default, unit and help.

Values come from, in rising order: the default, a TOML file, the environment (``ZORGNETWERK_NAME``), a flag. A wrong key
or value fails at once and names key, origin and expectation. Knows no other module of the package but the errors; made
once, in ``cli.py``, and passed on.
"""

from __future__ import annotations

import importlib.resources
import ipaddress
import math
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from zorgnetwerk.errors import SettingError

ENVIRONMENT_PREFIX = "ZORGNETWERK_"


def _setting(default: Any, unit: str, text: str) -> Any:
    return field(default=default, metadata={"unit": unit, "help": text})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one process."""

    host: str = _setting("127.0.0.1", "address", "where the site listens")
    port: int = _setting(8000, "port", "where the site listens; 0 takes a free one")
    base_iri: str = _setting(
        "", "IRI", "base of all published IRIs; empty: the address of the first start, then the recorded one"
    )
    state_dir: str = _setting("", "folder", "journal, releases, sockets; empty: the XDG state folder")
    content_dir: str = _setting("", "folder", "ontology, data and shapes; empty: the packaged copy")
    default_graph: str = _setting(
        "union", "union|own", "what a query without FROM sees: all graphs, or the files' default graph"
    )
    unchecked: bool = _setting(False, "yes/no", "build a release without shapes, house rules and example questions")
    sources_dir: str = _setting(
        "", "folder", "texts of the source documents, for literal checks of quotations; empty: not checked"
    )
    release_retention: int = _setting(30, "releases", "how many releases are kept; older ones answer 410")
    conformance_check: bool = _setting(
        True, "yes/no", "check the whole data set in the background after each release, for /conformance"
    )
    workers: int = _setting(0, "processes", "long queries that run at once; 0: one per core")
    web_workers: int = _setting(
        2, "processes", "doors that share the port, each with a web server behind it; one that ends is not missed"
    )
    web_threads: int = _setting(
        64, "threads", "requests that one web process holds at once; more than the queue admits"
    )
    query_timeout: float = _setting(10.0, "seconds", "after which a query is ended")
    query_bytes: int = _setting(65_536, "bytes", "length of a query text")
    query_memory: int = _setting(1 << 30, "bytes", "memory one query may use beyond the data")
    result_bytes: int = _setting(50_000_000, "bytes", "size of one answer")
    queue_limit: int = _setting(0, "queries", "how many long queries may wait; 0: twelve per worker")
    client_limit: int = _setting(
        0, "queries", "long queries that one client may have at once, running and waiting; 0: eight per worker"
    )
    trusted_proxies: str = _setting(
        "", "networks", "whose X-Forwarded-For is believed, as addresses or networks with commas; empty: nobody's"
    )
    validation_timeout: float = _setting(30.0, "seconds", "after which a check of a submission is ended")
    submission_bytes: int = _setting(5_000_000, "bytes", "size of a submission")
    submission_triples: int = _setting(100_000, "triples", "size of a submission")
    submission_rate: int = _setting(60, "documents an hour", "how many one key or signed link may send")
    four_eyes: bool = _setting(
        False, "yes/no", "two stewards must accept a submission, none of the organisation that sent it"
    )
    inbox_days: int = _setting(90, "days", "how long the bytes of refused and withdrawn submissions are kept")
    session_hours: float = _setting(8.0, "hours", "after which a steward signs in again")
    oidc_issuer: str = _setting(
        "", "address", "identity provider (OpenID Connect) through which stewards may sign in; empty: none"
    )
    oidc_client: str = _setting("", "name", "what this site is called at that provider")
    oidc_secret: str = _setting("", "secret", "of this site at that provider; not a flag, since flags can be seen")
    memory_mode_quads: int = _setting(
        5_000_000, "quads", "up to which a release is held in memory; above, it is read from disk"
    )
    cache_bytes: int = _setting(64_000_000, "bytes", "answers kept in memory by each door")
    page_seconds: int = _setting(60, "seconds", "how long a reader may keep a page without asking again")
    remote_query: str = _setting(
        "", "address", "SPARQL endpoint of a remote engine that this site reads from; empty: the own engine"
    )
    remote_update: str = _setting("", "address", "SPARQL Update endpoint of that engine, for 'push'")
    remote_user: str = _setting("", "name", "who asks the remote engine, when it wants to know")
    remote_secret: str = _setting("", "secret", "password of that user; not a flag, since flags can be seen")
    log_queries: bool = _setting(False, "yes/no", "write the text of each query to the log, not only its hash")
    log_level: str = _setting(
        "info", "debug|info|warning|error", "what is written to standard error, one JSON object a line"
    )

    @property
    def content(self) -> Path:
        """The content folder. Errors: SettingError when it is missing."""
        path = (
            Path(self.content_dir)
            if self.content_dir
            else Path(str(importlib.resources.files("zorgnetwerk") / "content"))
        )
        if not path.is_dir():
            raise SettingError(
                f"content_dir: the folder {path} does not exist; set --content or ZORGNETWERK_CONTENT_DIR"
            )
        return path.resolve()

    @property
    def state(self) -> Path:
        """The state folder, which may not exist yet."""
        if self.state_dir:
            return Path(self.state_dir).absolute()
        root = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
        return Path(root) / "zorgnetwerk"

    @property
    def checks_everything(self) -> bool:
        """Whether whole data sets are checked in the background: it is wanted, there are rules, and a journal."""
        return self.conformance_check and not self.remote_query and (self.content / "shapes").is_dir()

    @property
    def worker_count(self) -> int:
        """How many long queries run at once."""
        return self.workers or len(os.sched_getaffinity(0))

    @property
    def queue_length(self) -> int:
        """How many long queries may wait."""
        return self.queue_limit or 12 * self.worker_count

    @property
    def client_length(self) -> int:
        """How many long queries one client may have at once."""
        return self.client_limit or 8 * self.worker_count


def table() -> list[tuple[str, Any, str, str]]:
    """Name, default, unit and help of every setting, in order."""
    return [(item.name, item.default, item.metadata["unit"], item.metadata["help"]) for item in fields(Settings)]


def load(
    flags: Mapping[str, Any] | None = None, file: Path | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """The settings of this process.

    Errors: SettingError naming key, origin and expectation.

    >>> load({"port": 8080}, environment={"ZORGNETWERK_WORKERS": "3"}).workers
    3
    """
    values: dict[str, Any] = {}
    if file is not None:
        values |= _from_file(file)
    for key, text in (os.environ if environment is None else environment).items():
        if key.startswith(ENVIRONMENT_PREFIX):
            name = key.removeprefix(ENVIRONMENT_PREFIX).lower()
            values[name] = _convert(name, text, f"environment variable {key}")
    for name, value in (flags or {}).items():
        if value is not None:
            values[name] = _convert(name, value, f"flag --{name.replace('_', '-')}")
    return _checked(Settings(**values))


def _from_file(file: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingError(f"{file}: cannot be read as TOML: {error}") from error
    return {name: _convert(name, value, str(file)) for name, value in content.items()}


_GIVEN_AS: Mapping[type, tuple[type, ...]] = {str: (str,), int: (str, int), float: (str, int, float)}
"""What a value may come as, by what it is to be: flags and environment hold texts, TOML files numbers."""


def _convert(name: str, value: Any, origin: str) -> Any:
    kinds: dict[str, type] = {item: type(default) for item, default, _, _ in table()}
    if name not in kinds:
        raise SettingError(f"{origin}: there is no setting {name!r}; known are {', '.join(sorted(kinds))}")
    kind = kinds[name]
    try:
        if kind is bool:
            return _boolean(value)
        if isinstance(value, bool) or not isinstance(value, _GIVEN_AS[kind]):
            raise ValueError("wrong kind")
        converted = kind(value)
        if kind is float and not math.isfinite(converted):
            raise ValueError("nothing to count with")
        return converted
    except (TypeError, ValueError) as error:
        expected = {int: "a whole number", float: "a number", bool: "yes or no", str: "text"}[kind]
        raise SettingError(f"{origin}: {name} is {value!r}, expected {expected}") from error


def _boolean(value: Any) -> bool:
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
        "": False,
    }
    if isinstance(value, bool):
        return value
    if str(value).lower() not in words:
        raise ValueError(value)
    return words[str(value).lower()]


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "default_graph": ("union", "own"),
    "log_level": ("debug", "info", "warning", "error"),
}
_MAY_BE_ZERO = frozenset(
    ("port", "workers", "queue_limit", "client_limit", "memory_mode_quads", "cache_bytes", "page_seconds")
)


def _checked(settings: Settings) -> Settings:
    for name, choices in _CHOICES.items():
        if getattr(settings, name) not in choices:
            raise SettingError(f"{name} is {getattr(settings, name)!r}, expected one of {', '.join(choices)}")
    for name, default, unit, _ in table():
        value = getattr(settings, name)
        is_number = isinstance(default, int | float) and not isinstance(default, bool)
        if is_number and (value < 0 or (value == 0 and name not in _MAY_BE_ZERO)):
            raise SettingError(f"{name} is {value}, expected a positive number of {unit}")
    for name in ("remote_query", "remote_update"):
        value = getattr(settings, name)
        if value and not value.startswith(("http://", "https://")):
            raise SettingError(f"{name} is {value!r}, expected an address that begins with http:// or https://")
    for network in settings.trusted_proxies.replace(",", " ").split():
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError as error:
            raise SettingError(
                f"trusted_proxies holds {network!r}, expected addresses or networks like 10.0.0.0/8"
            ) from error
    if settings.oidc_issuer and not settings.oidc_issuer.startswith(
        ("https://", "http://localhost", "http://127.0.0.1")
    ):
        raise SettingError(f"oidc_issuer is {settings.oidc_issuer!r}, expected an address that begins with https://")
    if settings.oidc_issuer and not (settings.oidc_client and settings.oidc_secret):
        raise SettingError("oidc_issuer is set, so oidc_client and oidc_secret must be set too")
    if settings.port > 65_535:
        raise SettingError(f"port is {settings.port}, expected at most 65535")
    return settings
