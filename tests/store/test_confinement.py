"""What a worker cannot do; each test acts in a forked child, since the fence stays for good."""

from __future__ import annotations

import errno
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from zorgnetwerk.store import confinement
from zorgnetwerk.store.footprint import mapped_bytes


def outcome(act: Callable[[], object]) -> str:
    """What ``act`` gives behind the fence, or the error that it meets."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            confinement.confine(256 << 20, 1 << 20, (write_end,))
            said = str(act())
        except BaseException as error:
            number = getattr(error, "errno", None)
            said = errno.errorcode.get(number, type(error).__name__) if number else type(error).__name__
        os.write(write_end, said.encode())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as pipe:
        said = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    return said or f"ended with {os.waitstatus_to_exitcode(status)}"


REFUSED: dict[str, Callable[[], object]] = {
    "tcp": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "udp": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "ipv6": lambda: socket.socket(socket.AF_INET6, socket.SOCK_STREAM),
    "unix": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
    "socketpair": lambda: socket.socketpair(),
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "fork": lambda: os.fork(),
    "kill": lambda: os.kill(os.getpid(), signal.SIGTERM),
    "pidfd": lambda: os.pidfd_open(1),
}


@pytest.mark.parametrize("act", REFUSED.values(), ids=REFUSED)
def test_network_programs_and_processes_are_refused(act: Callable[[], object]) -> None:
    assert outcome(act) == "EPERM"


def test_files_threads_and_memory_files_still_work(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("content")

    def act() -> str:
        said: list[str] = []
        thread = threading.Thread(target=lambda: said.append(path.read_text()))
        thread.start()
        thread.join()
        os.write(os.memfd_create("x"), b"x")
        return said[0]

    assert outcome(act) == "content"


def test_a_program_cannot_be_started_through_subprocess() -> None:
    assert outcome(lambda: subprocess.run(["/bin/true"], check=True)) in ("EPERM", "ENOSYS")


def test_memory_ends_at_the_allowance() -> None:
    assert outcome(lambda: len(bytearray(200 << 20))) == str(200 << 20)
    assert outcome(lambda: len(bytearray(300 << 20))) == "MemoryError"


def test_the_limit_can_be_lowered_for_one_request_and_raised_again() -> None:
    def act() -> str:
        base = mapped_bytes()
        confinement.limit_memory(base, 64 << 20)
        try:
            bytearray(100 << 20)
        except MemoryError:
            confinement.limit_memory(base, 1 << 40)
            return f"then {len(bytearray(100 << 20)) >> 20}"
        return "no limit"

    assert outcome(act) == "then 100"


def test_a_file_ends_at_the_result_limit() -> None:
    def act() -> int:
        spool = os.memfd_create("spool")
        assert os.pwrite(spool, bytes(1 << 20), 0) == 1 << 20
        return os.pwrite(spool, b"x", 1 << 20)

    assert outcome(act) == "EFBIG"


def test_no_core_is_dumped() -> None:
    assert outcome(lambda: resource.getrlimit(resource.RLIMIT_CORE)) == "(0, 0)"


def test_inherited_descriptors_are_closed() -> None:
    secret = os.memfd_create("secret")
    try:
        assert outcome(lambda: os.fstat(secret)) == "EBADF"
    finally:
        os.close(secret)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_service_makes_no_connection(scheme: str) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        port = listener.getsockname()[1]
        store = ox.Store()
        text = f"SELECT * WHERE {{ SERVICE <{scheme}://127.0.0.1:{port}/sparql> {{ ?s ?p ?o }} }}"
        assert outcome(lambda: list(store.query(text))) in ("OSError", "PermissionError")  # type: ignore[arg-type]
        with pytest.raises(TimeoutError):
            listener.accept()


def test_the_filter_knows_both_machines_and_no_other() -> None:
    for machine, number in (("x86_64", 41), ("aarch64", 198)):
        code = confinement.filter_code(machine)
        instructions = [struct.unpack("=HBBI", code[place : place + 8]) for place in range(0, len(code), 8)]
        assert any(code == 0x15 and value == number for code, _, _, value in instructions)
        for place, (code_word, yes, no, _) in enumerate(instructions):
            if code_word & 0x07 == 0x05:
                assert place + 1 + max(yes, no) < len(instructions)
    with pytest.raises(confinement.ConfinementError, match="riscv64"):
        confinement.filter_code("riscv64")


def test_everything_works_on_this_machine() -> None:
    assert confinement.check() == []


def test_check_names_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert any("seccomp" in sentence for sentence in confinement.check())


def test_a_child_command_ends_with_its_parent() -> None:
    source = str(Path(confinement.__file__).parents[2])
    code = f"""
import sys, time
sys.path.insert(0, {source!r})
from zorgnetwerk.store.processes import start
print(start((sys.executable, "-c", "import time; time.sleep(60)")).pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen((sys.executable, "-c", code), stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert _runs(child)
        parent.kill()
    end = time.monotonic() + 2
    while time.monotonic() < end and _runs(child):
        time.sleep(0.02)
    assert not _runs(child)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
