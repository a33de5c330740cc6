"""The fence around a worker: what a process that evaluates foreign text can no longer do.

Knows Linux: limits, seccomp, descriptors. Knows nothing of queries. After ``confine`` a process has no way to the
network, starts no program and no process, touches no other process, and gets no more memory or file size than it was
given; files can still be opened and passed descriptors used. ``check`` tells ``doctor`` what of this does not work on
this machine.

Source: prctl(2), seccomp(2), setrlimit(2); system call numbers from the kernel's tables for x86-64 and for the generic
table (aarch64).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import socket
import struct
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from zorgnetwerk.store.footprint import mapped_bytes
from zorgnetwerk.store.processes import die_with_parent

_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2
_SECCOMP_ALLOW: Final = 0x7FFF0000
_SECCOMP_ERRNO: Final = 0x00050000
_SECCOMP_KILL: Final = 0x80000000
_LOAD_WORD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET, _FIRST_ARGUMENT_OFFSET = 0, 4, 16
_X32_BIT: Final = 0x40000000
_CLONE_THREAD: Final = 0x00010000
_LIBC: Final = ctypes.CDLL(None, use_errno=True)

_ARCHITECTURES: Mapping[str, int] = MappingProxyType({"x86_64": 0xC000003E, "aarch64": 0xC00000B7})
_NUMBERS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {  # name: (x86-64, aarch64); -1 where the machine has no such call
        "socket": (41, 198),
        "socketpair": (53, 199),
        "connect": (42, 203),
        "bind": (49, 200),
        "listen": (50, 201),
        "accept": (43, 202),
        "accept4": (288, 242),
        "io_uring_setup": (425, 425),
        "io_uring_enter": (426, 426),
        "io_uring_register": (427, 427),
        "execve": (59, 221),
        "execveat": (322, 281),
        "fork": (57, -1),
        "vfork": (58, -1),
        "ptrace": (101, 117),
        "process_vm_readv": (310, 270),
        "process_vm_writev": (311, 271),
        "kill": (62, 129),
        "pidfd_open": (434, 434),
        "pidfd_getfd": (438, 438),
        "pidfd_send_signal": (424, 424),
        "bpf": (321, 280),
        "perf_event_open": (298, 241),
        "userfaultfd": (323, 282),
        "add_key": (248, 217),
        "request_key": (249, 218),
        "keyctl": (250, 219),
        "mount": (165, 40),
        "umount2": (166, 39),
        "unshare": (272, 97),
        "setns": (308, 268),
        "open_by_handle_at": (304, 265),
        "init_module": (175, 105),
        "finit_module": (313, 273),
        "kexec_load": (246, 104),
    }
)
_CLONE: Final = (56, 220)
_CLONE3: Final = (435, 435)


class ConfinementError(Exception):
    """The fence cannot be put up here; nothing foreign may be evaluated."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def confine(memory_bytes: int, result_bytes: int, keep: Iterable[int]) -> int:
    """Puts up the fence around this process for good; the bytes of address space that it has now.

    The memory limit is what is mapped now plus ``memory_bytes``; ``result_bytes`` is the most that one file may hold.
    ``keep`` are descriptors to leave open beside 0, 1 and 2. The process must have one thread.
    Errors: ConfinementError.
    """
    close_others(keep)
    base = mapped_bytes()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _lower(resource.RLIMIT_FSIZE, result_bytes)
    _lower(resource.RLIMIT_AS, base + memory_bytes)
    refuse_calls()
    return base


def limit_memory(base: int, memory_bytes: int) -> None:
    """Sets this process's memory limit for what it does next, within what ``confine`` allowed."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = base + memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most))


def close_others(keep: Iterable[int]) -> None:
    """Closes every descriptor that this process inherited, except 0, 1, 2 and those to keep."""
    kept = {0, 1, 2, *keep}
    for name in [entry.name for entry in Path("/proc/self/fd").iterdir()]:
        if int(name) not in kept:
            os.closerange(int(name), int(name) + 1)


def refuse_calls() -> None:
    """Makes the kernel refuse network, program and process calls of this thread and its later threads with EPERM.

    Errors: ConfinementError where the machine or the kernel has no such filter.
    """
    code = filter_code()
    program = _Program(len(code) // 8, code)
    if _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise ConfinementError(f"no-new-privileges is refused here: {os.strerror(ctypes.get_errno())}")
    if _LIBC.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
        raise ConfinementError(f"the seccomp filter is refused here: {os.strerror(ctypes.get_errno())}")


def filter_code(machine: str | None = None) -> bytes:
    """The instructions of the filter for this machine.

    Shape: foreign architecture → end the process; a refused call, or a clone that is no thread → EPERM; clone3 →
    ENOSYS, since its flags lie in memory that a filter cannot read and libc then falls back to clone; all others pass.
    Errors: ConfinementError on a machine without a table.
    """
    machine = machine or platform.machine()
    if machine not in _ARCHITECTURES:
        raise ConfinementError(f"there is no table of system calls for {machine}: use x86_64 or aarch64")
    column = list(_ARCHITECTURES).index(machine)
    numbers = sorted(pair[column] for pair in _NUMBERS.values() if pair[column] >= 0)
    code = [
        (_LOAD_WORD, 0, 0, _ARCHITECTURE_OFFSET),
        (_JUMP_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        (_RETURN, 0, 0, _SECCOMP_KILL),
        (_LOAD_WORD, 0, 0, _NUMBER_OFFSET),
        (_JUMP_AT_LEAST, 0, 1, _X32_BIT),
        (_RETURN, 0, 0, _SECCOMP_ERRNO | errno.EPERM),
        (_JUMP_EQUAL, 0, 1, _CLONE3[column]),
        (_RETURN, 0, 0, _SECCOMP_ERRNO | errno.ENOSYS),
        (_JUMP_EQUAL, 0, 4, _CLONE[column]),
        (_LOAD_WORD, 0, 0, _FIRST_ARGUMENT_OFFSET),
        (_JUMP_BITS, 1, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, _SECCOMP_ERRNO | errno.EPERM),
        (_RETURN, 0, 0, _SECCOMP_ALLOW),
        *((_JUMP_EQUAL, len(numbers) - place, 0, number) for place, number in enumerate(numbers)),
        (_RETURN, 0, 0, _SECCOMP_ALLOW),
        (_RETURN, 0, 0, _SECCOMP_ERRNO | errno.EPERM),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def check() -> list[str]:
    """What of the fence does not work on this machine, one sentence each; empty when all of it works."""
    if platform.system() != "Linux":
        return ["Workers are confined by Linux means; on this system use the container or WSL."]
    tests: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("A child cannot be made to end with its parent (PR_SET_PDEATHSIG).", _works_death_signal),
        ("The memory of a worker cannot be limited (RLIMIT_AS).", _works_memory),
        ("The size of a result cannot be limited (RLIMIT_FSIZE).", _works_file_size),
        ("A worker can still open network sockets: the seccomp filter does not work.", _works_no_network),
        ("A worker cannot open files any more: the seccomp filter refuses too much.", _works_files),
        ("Processes cannot be watched by descriptor (pidfd_open).", _works_pidfd),
        ("Results cannot be kept in memory files (memfd_create).", _works_memory_file),
    )
    return [sentence for sentence, test in tests if not _in_child(test)]


def _lower(kind: int, value: int) -> None:
    _, most = resource.getrlimit(kind)
    value = value if most == resource.RLIM_INFINITY else min(value, most)
    resource.setrlimit(kind, (value, value))


def _in_child(test: Callable[[], bool]) -> bool:
    child = os.fork()
    if child == 0:
        passed = False
        try:
            passed = test()
        except (OSError, ConfinementError, ValueError, MemoryError):
            passed = False
        finally:
            os._exit(0 if passed else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _works_death_signal() -> bool:
    die_with_parent(os.getppid())
    current = ctypes.c_int(0)
    return _LIBC.prctl(2, ctypes.byref(current), 0, 0, 0) == 0 and current.value == signal.SIGKILL


def _works_memory() -> bool:
    confine(64 << 20, 1 << 20, ())
    try:
        return len(bytearray(256 << 20)) < 0
    except MemoryError:
        return True


def _works_file_size() -> bool:
    confine(64 << 20, 1 << 12, ())
    descriptor = os.memfd_create("check")
    os.write(descriptor, bytes(1 << 12))
    try:
        return os.write(descriptor, b"x") < 0
    except OSError as error:
        return error.errno == errno.EFBIG


def _works_no_network() -> bool:
    refuse_calls()
    try:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
    except PermissionError:
        return True
    return False


def _works_files() -> bool:
    refuse_calls()
    return bool(Path(__file__).read_bytes())


def _works_pidfd() -> bool:
    return os.pidfd_open(os.getpid()) >= 0


def _works_memory_file() -> bool:
    return os.memfd_create("check") >= 0
