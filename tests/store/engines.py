"""Real servers of other makers, started for tests: the Oxigraph server always, Virtuoso where it is installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from zorgnetwerk.store.base import Limits
from zorgnetwerk.store.remote import Credentials, RemoteStore

LIMITS = Limits(10.0, 50_000_000, 1 << 30)
VIRTUOSO = "virtuoso-t"


@dataclass(frozen=True)
class Engine:
    """The addresses of a running server, and the credentials for its updates."""

    name: str
    query: str
    update: str
    credentials: Credentials | None = None
    process: int = 0
    sql_port: int = 0

    def writer(self) -> RemoteStore:
        return RemoteStore(self.query, update_endpoint=self.update, credentials=self.credentials, limits=LIMITS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def oxigraph_program() -> str:
    beside = Path(sys.executable).parent / "oxigraph"
    found = str(beside) if beside.exists() else shutil.which("oxigraph")
    assert found, "the development requirements hold the oxigraph server"
    return found


@contextlib.contextmanager
def oxigraph(folder: Path, *flags: str) -> Iterator[Engine]:
    port = free_port()
    command = [oxigraph_program(), "serve", "--location", str(folder), "--bind", f"127.0.0.1:{port}", *flags]
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _until_it_answers(f"{address}/query?query=ASK%20%7B%7D", process)
            yield Engine("oxigraph", f"{address}/query", f"{address}/update")
        finally:
            process.kill()


@contextlib.contextmanager
def virtuoso(folder: Path, query_seconds: int = 8, buffers: int = 10_000, threads: int = 10) -> Iterator[Engine]:
    """A fresh Virtuoso with its factory password, listening on this machine only."""
    if shutil.which(VIRTUOSO) is None:
        if os.environ.get("CI"):
            pytest.fail(f"{VIRTUOSO} is missing: install virtuoso-opensource")
        pytest.skip(f"{VIRTUOSO} is not installed")
    port, sql_port = free_port(), free_port()
    text = _configuration(folder, port, sql_port, query_seconds, buffers, threads)
    (folder / "virtuoso.ini").write_text(text, "ascii")
    command = [VIRTUOSO, "+foreground", "+configfile", str(folder / "virtuoso.ini")]
    address = f"http://127.0.0.1:{port}"
    with (folder / "out.log").open("wb") as log:
        with subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as process:
            try:
                _until_it_answers(f"{address}/sparql?query=ASK%20%7B%7D", process)
                credentials = Credentials("dba", "dba")
                query, update = f"{address}/sparql", f"{address}/sparql-auth"
                yield Engine("virtuoso", query, update, credentials, process.pid, sql_port)
            finally:
                process.send_signal(signal.SIGKILL)


def _configuration(folder: Path, http_port: int, sql_port: int, query_seconds: int, buffers: int, threads: int) -> str:
    return f"""[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = {folder}/temporary.db
TransactionFile = {folder}/temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
DisableUnixSocket = 1
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {buffers * 3 // 5}
DirsAllowed = {folder}
DisableTcpSocket = 0
[HTTPServer]
ServerPort = 127.0.0.1:{http_port}
ServerRoot = {folder}
ServerThreads = {threads}
[SPARQL]
ResultSetMaxRows = 1000000
MaxQueryExecutionTime = {query_seconds}
"""


def _until_it_answers(address: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert process.poll() is None, "the engine ended at its start"
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the engine did not start")
