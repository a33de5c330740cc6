"""A checker's handler for tests: echoes, fails in every way, looks at its surroundings."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable

from zorgnetwerk.errors import NotFound, SyntaxInvalid
from zorgnetwerk.errors import Place as TextPlace


def prepare(content_dir: str) -> Callable[[dict[str, object], bytes], tuple[dict[str, object], bytes]]:
    """The handler; it remembers the folder it was prepared for and when."""
    prepared = time.time_ns()

    def handle(job: dict[str, object], body: bytes) -> tuple[dict[str, object], bytes]:
        match job["do"]:
            case "echo":
                return {"content": content_dir, "length": len(body), "prepared": prepared, "pid": os.getpid()}, body[
                    ::-1
                ]
            case "refuse":
                raise SyntaxInvalid("no good", TextPlace(3, 4, "bad line"))
            case "miss":
                raise NotFound("nothing there")
            case "sleep":
                time.sleep(float(str(job["seconds"])))
            case "crash":
                raise KeyError("a bug")
            case "fill memory":
                return {"length": len(bytearray(8 << 30))}, b""
            case "large result":
                return {"text": "x" * 2_000_000}, b""
            case "connect":
                with socket.socket() as probe:
                    probe.connect(("127.0.0.1", int(str(job["port"]))))
            case "start a program":
                os.execv("/bin/true", ["true"])
            case "fork":
                os.fork()
        return {"done": True}, b""

    return handle
