"""Frames between our own processes: a small JSON object, with open descriptors riding along.

On the wire: length of the JSON (4 bytes, big-endian), number of descriptors (1 byte), the JSON in UTF-8. The
descriptors travel as ancillary data of the frame's first byte; since both orders are kept, the n-th announced
descriptor is the n-th received one. Knows no meaning of any frame. Results never travel in frames: they are written to
a descriptor that a frame carried.
"""

from __future__ import annotations

import array
import contextlib
import json
import os
import socket
import struct
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

FRAME_LIMIT_BYTES: Final = 1 << 20
DESCRIPTOR_LIMIT: Final = 4
SOCKET_PATH_LIMIT: Final = 100
"""Bytes; the kernel takes 108 with the closing NUL."""

_PREFIX: Final = struct.Struct("!IB")
_PIECE: Final = 1 << 16
_ANCILLARY: Final = socket.CMSG_SPACE(DESCRIPTOR_LIMIT * 4)


class FrameError(Exception):
    """What came is no frame of ours; the connection is of no further use."""


class Closed(Exception):
    """The other side is gone."""


@dataclass(slots=True)
class Frame:
    """One message; whoever takes it owns its descriptors."""

    header: dict[str, object]
    descriptors: list[int] = field(default_factory=list)

    def close(self) -> None:
        """Gives back the descriptors that nobody took."""
        close_all(self.descriptors)
        self.descriptors.clear()


def encode(header: Mapping[str, object], descriptor_count: int = 0) -> bytes:
    """The bytes of one frame.

    Errors: FrameError when it is too large.

    >>> encode({"op": "idle"})
    b'\\x00\\x00\\x00\\r\\x00{"op":"idle"}'
    """
    body = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    if len(body) > FRAME_LIMIT_BYTES or descriptor_count > DESCRIPTOR_LIMIT:
        raise FrameError(f"a frame of {len(body):,} bytes and {descriptor_count} descriptors is above the limit")
    return _PREFIX.pack(len(body), descriptor_count) + body


class Channel:
    """Frames over one connected Unix stream socket; works for blocking and for non-blocking sockets."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self._incoming = bytearray()
        self._descriptors: deque[int] = deque()
        self._outgoing: deque[tuple[memoryview, list[int]]] = deque()

    def fileno(self) -> int:
        return self.socket.fileno()

    def send(self, header: Mapping[str, object], descriptors: Sequence[int] = ()) -> None:
        """Writes one whole frame on a blocking socket; the descriptors stay the caller's.

        Errors: Closed; TimeoutError when the socket has a timeout.
        """
        data = memoryview(encode(header, len(descriptors)))
        try:
            sent = self._send_piece(data, descriptors)
            self.socket.sendall(data[sent:])
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Closed from error

    def receive(self) -> Frame:
        """The next frame of a blocking socket.

        Errors: Closed at the end, FrameError, TimeoutError when the socket has a timeout.
        """
        while (frame := self._take()) is None:
            self._read()
        return frame

    def queue(self, header: Mapping[str, object], descriptors: Iterable[int] = ()) -> None:
        """Prepares one frame for ``flush``; the descriptors are duplicated and so stay the caller's."""
        copies: list[int] = []
        try:
            copies.extend(map(os.dup, descriptors))  # which keeps those before one that fails
            self._outgoing.append((memoryview(encode(header, len(copies))), copies))
        except BaseException:
            close_all(copies)
            raise

    def flush(self) -> bool:
        """Writes what a non-blocking socket takes now; True when nothing is left.

        Errors: Closed.
        """
        while self._outgoing:
            data, descriptors = self._outgoing[0]
            try:
                sent = self._send_piece(data, descriptors)
            except BlockingIOError:
                return False
            except OSError as error:
                raise Closed from error
            close_all(descriptors)
            if sent == len(data):
                self._outgoing.popleft()
            else:
                self._outgoing[0] = (data[sent:], [])
        return True

    def frames(self) -> list[Frame]:
        """All frames that a non-blocking socket holds now.

        Errors: Closed when the other side is gone and no whole frame is left; FrameError.
        """
        ended = False
        try:
            self._read()
        except BlockingIOError:
            return []
        except Closed:
            ended = True
        found: list[Frame] = []
        try:
            while (frame := self._take()) is not None:
                found.append(frame)
        except FrameError:
            for frame in found:
                frame.close()
            raise
        if ended and not found:
            raise Closed
        return found

    def close(self) -> None:
        """Closes the socket and every descriptor that is still under way; harmless when done twice."""
        self.socket.close()
        close_all(self._descriptors)
        self._descriptors.clear()
        for _, descriptors in self._outgoing:
            close_all(descriptors)
        self._outgoing.clear()

    def _send_piece(self, data: memoryview, descriptors: Sequence[int]) -> int:
        if not descriptors:
            return self.socket.send(data)
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))
        return self.socket.sendmsg([data], [rights])

    def _read(self) -> None:
        try:
            data, ancillary, flags, _ = self.socket.recvmsg(_PIECE, _ANCILLARY, socket.MSG_CMSG_CLOEXEC)
        except ConnectionResetError as error:
            raise Closed from error
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                received = array.array("i")
                received.frombytes(content[: len(content) - len(content) % received.itemsize])
                self._descriptors.extend(received)
        if flags & socket.MSG_CTRUNC:
            raise FrameError("descriptors were lost on the way: the limit of open files is reached")
        if not data:
            raise Closed
        self._incoming += data

    def _take(self) -> Frame | None:
        if len(self._incoming) < _PREFIX.size:
            return None
        length, count = _PREFIX.unpack_from(self._incoming)
        if length > FRAME_LIMIT_BYTES or count > DESCRIPTOR_LIMIT:
            raise FrameError("this is no frame of ours, or it is too large")
        end = _PREFIX.size + length
        if len(self._incoming) < end:
            return None
        if count > len(self._descriptors):
            raise FrameError(f"the frame announces {count} descriptors, {len(self._descriptors)} came")
        try:
            header = json.loads(self._incoming[_PREFIX.size : end].decode("utf-8", "surrogatepass"))
        except (ValueError, RecursionError) as error:
            raise FrameError("the frame holds no JSON") from error
        if not isinstance(header, dict):
            raise FrameError("the frame holds no JSON object")
        del self._incoming[:end]
        return Frame(header, [self._descriptors.popleft() for _ in range(count)])


def close_all(descriptors: Iterable[int]) -> None:
    """Closes descriptors; those that are closed already do not matter."""
    for descriptor in descriptors:
        with contextlib.suppress(OSError):
            os.close(descriptor)


def connect(path: Path, timeout_seconds: float) -> Channel:
    """A connection to the socket at this path, which may be longer than the kernel's 108 bytes.

    Errors: OSError when nobody listens there.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    connection.settimeout(timeout_seconds)
    try:
        with short_path(path) as address:
            connection.connect(address)
    except BaseException:
        connection.close()
        raise
    return Channel(connection)


def bound(path: Path, kind: socket.SocketKind) -> socket.socket:
    """A non-blocking socket of this kind at this path that only this user can reach; what was left there is replaced.

    Errors: OSError when the folder takes no socket.
    """
    made = socket.socket(socket.AF_UNIX, kind | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
    path.unlink(missing_ok=True)
    mask = os.umask(0o177)
    try:
        with short_path(path) as address:
            made.bind(address)
    except BaseException:
        made.close()
        raise
    finally:
        os.umask(mask)
    return made


@contextlib.contextmanager
def short_path(path: Path) -> Iterator[str]:
    """An address of this socket that the kernel takes: a long one is reached through a descriptor of its folder."""
    if len(os.fsencode(path)) <= SOCKET_PATH_LIMIT:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
