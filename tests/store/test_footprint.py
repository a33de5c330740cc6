"""Which processes are kept for another request."""

from __future__ import annotations

import math
import mmap
import os
from pathlib import Path

import pytest

from zorgnetwerk.store.footprint import LONG_SECONDS, container_room, is_light, mapped_bytes

PLENTY = 1 << 40
MIB = 1 << 20


def in_a_fork(copied_bytes: int, memory_bytes: int, seconds: float) -> bool:
    """What a fork says of itself after it has written to so much memory."""
    child = os.fork()
    if child == 0:
        code = 2
        try:
            base = mapped_bytes() + copied_bytes
            own = mmap.mmap(-1, copied_bytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            own.write(b"x" * copied_bytes)
            code = int(is_light(base, memory_bytes, seconds))
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    answer = os.waitstatus_to_exitcode(status)
    assert answer in (0, 1)
    return bool(answer)


def test_a_heap_that_grew_is_too_much() -> None:
    assert is_light(mapped_bytes(), PLENTY, 0.0)
    assert not is_light(mapped_bytes() - 2 * MIB, 4 * MIB, 0.0)


@pytest.mark.parametrize(("memory_bytes", "seconds", "light"), [
    (512 * MIB, LONG_SECONDS, True),
    (16 * MIB, LONG_SECONDS, False),
    (16 * MIB, LONG_SECONDS / 2, True),
])  # fmt: skip
def test_what_a_long_request_copied_counts(memory_bytes: int, seconds: float, light: bool) -> None:
    assert in_a_fork(48 * MIB, memory_bytes, seconds) is light


def test_a_machine_without_room_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"smaps_rollup": 40 * MIB, "meminfo": 400 * MIB}
    monkeypatch.setattr("zorgnetwerk.store.footprint._bytes_of", lambda path, name: said[path.rpartition("/")[2]])
    assert is_light(mapped_bytes(), PLENTY, LONG_SECONDS)
    said["meminfo"] = 300 * MIB
    assert not is_light(mapped_bytes(), PLENTY, LONG_SECONDS)


@pytest.mark.parametrize("error", [FileNotFoundError, LookupError])
def test_a_kernel_that_does_not_tell_loses_no_answer(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def silent(path: str, name: bytes) -> int:
        raise error(path)

    monkeypatch.setattr("zorgnetwerk.store.footprint._bytes_of", silent)
    assert not is_light(mapped_bytes(), PLENTY, LONG_SECONDS)
    assert is_light(mapped_bytes(), PLENTY, LONG_SECONDS / 2)


def test_a_container_has_less_room_than_its_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert container_room(tmp_path) == math.inf
    (tmp_path / "memory.max").write_text("max\n")
    assert container_room(tmp_path) == math.inf
    (tmp_path / "memory.max").write_text("1000000000\n")
    (tmp_path / "memory.current").write_text("990000000\n")
    (tmp_path / "memory.stat").write_text("anon 1\nfile 900000000\ninactive_file 500000000\n")
    assert container_room(tmp_path) == 510_000_000
    monkeypatch.setattr("zorgnetwerk.store.footprint._GROUP", tmp_path)
    assert in_a_fork(48 * MIB, PLENTY, LONG_SECONDS)
    (tmp_path / "memory.stat").write_text("inactive_file 0\n")
    assert not in_a_fork(48 * MIB, PLENTY, LONG_SECONDS)
    (tmp_path / "memory.stat").write_text("anon 1\n")
    assert not in_a_fork(48 * MIB, PLENTY, LONG_SECONDS)
