"""Digests are remembered only as long as nothing about a file has changed."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from zorgnetwerk.store import digest_memory
from zorgnetwerk.store.digest_memory import DigestMemory

BIG = b"x" * (1 << 20)


def old(path: Path, data: bytes) -> Path:
    """A file as it is some time after it was written."""
    path.write_bytes(data)
    return path


@pytest.fixture(autouse=True)
def no_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest_memory, "_MOMENT_NS", -1)


def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files whose bytes are read from now on."""
    seen: list[str] = []
    real = hashlib.file_digest

    def spying(file: object, name: str) -> object:
        seen.append(Path(file.name).name)  # type: ignore[attr-defined]
        return real(file, name)  # type: ignore[arg-type]

    monkeypatch.setattr(digest_memory.hashlib, "file_digest", spying)
    return seen


def test_a_large_file_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    big, small = old(tmp_path / "big", BIG), old(tmp_path / "small", b"x")
    seen = reads(monkeypatch)
    first = DigestMemory(tmp_path / "memory").digests([big, small])
    assert DigestMemory(tmp_path / "memory").digests([big, small]) == first
    assert first == [hashlib.sha256(BIG).digest(), hashlib.sha256(b"x").digest()]
    assert seen == ["big"]
    assert list(json.loads((tmp_path / "memory").read_text("utf-8"))) == [str(big)], "small files are not kept"


@pytest.mark.parametrize("keeps_time", [False, True])
def test_a_changed_file_is_read_again(tmp_path: Path, keeps_time: bool) -> None:
    big = old(tmp_path / "big", BIG)
    times = big.stat()
    first = DigestMemory(tmp_path / "memory").digests([big])
    big.write_bytes(b"y" + BIG[1:])
    if keeps_time:
        os.utime(big, ns=(times.st_atime_ns, times.st_mtime_ns))
    second = DigestMemory(tmp_path / "memory").digests([big])
    assert second == [hashlib.sha256(b"y" + BIG[1:]).digest()] != first


def test_a_file_that_was_changed_just_now_is_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest_memory, "_MOMENT_NS", 3_600_000_000_000)
    DigestMemory(tmp_path / "memory").digests([old(tmp_path / "big", BIG)])
    assert not (tmp_path / "memory").exists()


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"/x": 3}'])
def test_a_damaged_memory_is_no_memory(tmp_path: Path, text: str) -> None:
    (tmp_path / "memory").write_text(text, "utf-8")
    assert DigestMemory(tmp_path / "memory").digests([old(tmp_path / "big", BIG)]) == [hashlib.sha256(BIG).digest()]


def test_a_disk_that_refuses_costs_reading_only(tmp_path: Path) -> None:
    memory = DigestMemory(tmp_path / "missing" / "memory")
    assert memory.digests([old(tmp_path / "big", BIG)]) == [hashlib.sha256(BIG).digest()]


def test_what_is_not_asked_for_any_more_is_forgotten(tmp_path: Path) -> None:
    one, two = old(tmp_path / "one", BIG), old(tmp_path / "two", BIG)
    DigestMemory(tmp_path / "memory").digests([one, two])
    DigestMemory(tmp_path / "memory").digests([two])
    assert list(json.loads((tmp_path / "memory").read_text("utf-8"))) == [str(two)]
