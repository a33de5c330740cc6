"""Chromium by its DevTools protocol over a pipe: go somewhere, press keys, read what stands there. Standard library only.

Source: Chrome DevTools Protocol (Target, Page, Runtime, Input, Emulation).
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

KEYS = {
    "Backspace": 8,
    "Tab": 9,
    "Enter": 13,
    "Escape": 27,
    "ArrowDown": 40,
    "End": 35,
    "F6": 117,
    "a": 65,
    "z": 90,
    " ": 32,
}

_LEFT = "Inspected target navigated or closed"


class PageLeftError(Exception):
    """The page was left before what was asked of it was answered; the next one can be asked."""


class Browser:
    """One headless Chromium with one page."""

    def __init__(self, program: str, profile: Path, *flags: str) -> None:
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()
        given = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 20) for descriptor in (theirs_in, theirs_out)]

        def place() -> None:
            os.dup2(given[0], 3)
            os.dup2(given[1], 4)

        command = [program, *flags, f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"]
        self._process = subprocess.Popen(
            command, pass_fds=(3, 4, *given), preexec_fn=place, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        for descriptor in (theirs_in, theirs_out, *given):
            os.close(descriptor)
        self._in, self._out = ours_in, ours_out
        self._buffer, self._number, self._session = b"", 0, ""
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """What a command gives back."""
        self._number += 1
        wanted = self._number
        message: dict[str, Any] = {"id": wanted, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + 60
        while time.monotonic() < end:
            received = self._receive(end)
            if received.get("id") == wanted:
                if received.get("error", {}).get("message") == _LEFT:
                    raise PageLeftError(method)
                assert "error" not in received, received
                return dict(received["result"])
        raise AssertionError(f"{method} was not answered")

    def _receive(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], max(0.0, end - time.monotonic()))
            assert ready, "the browser says nothing"
            piece = os.read(self._in, 1 << 16)
            assert piece, "the browser is gone"
            self._buffer += piece
        text, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        self._note(message)
        return message

    def _note(self, message: dict[str, Any]) -> None:
        given = message.get("params", {})
        if message.get("method") == "Log.entryAdded" and given["entry"]["level"] == "error":
            self.complaints.append(given["entry"]["text"])
        if message.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(given["exceptionDetails"]))
        if message.get("method") == "Network.requestWillBeSent":
            self.hosts |= {part.netloc for part in [urlsplit(given["request"]["url"])] if part.scheme != "data"}

    def visit(self, address: str) -> None:
        """Goes to an address and waits until it is loaded."""
        self.call("Page.navigate", url=address)
        self.wait("document.readyState === 'complete'")

    def read(self, expression: str) -> Any:
        """The value of an expression in the page."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def settle(self, expression: str) -> Any:
        """What the promise that an expression gives is settled with."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def wait(self, expression: str, seconds: float = 20) -> None:
        """Waits until an expression holds."""
        end = time.monotonic() + seconds
        while not self._holds(expression):
            assert time.monotonic() < end, f"never true: {expression}"
            time.sleep(0.05)

    def _holds(self, expression: str) -> bool:
        try:
            return bool(self.read(expression))
        except PageLeftError:
            return False

    def press(self, key: str, modifiers: int = 0) -> None:
        """Presses a key. Units: modifiers are 2 for Control, 8 for Shift."""
        given: dict[str, Any] = {"key": key, "code": key, "windowsVirtualKeyCode": KEYS[key], "modifiers": modifiers}
        text = {"text": "\r"} if key == "Enter" else {}
        self.call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **given, **text)
        self.call("Input.dispatchKeyEvent", type="keyUp", **given)

    def type(self, text: str) -> None:
        """Types into what has the focus."""
        self.call("Input.insertText", text=text)

    def write(self, text: str) -> None:
        """Types sign by sign, as a person does."""
        for sign in text:
            if sign == "\n":
                self.press("Enter")
                continue
            given = {"key": sign, "windowsVirtualKeyCode": ord(sign.upper()) if sign.isalnum() else 0}
            self.call("Input.dispatchKeyEvent", type="keyDown", text=sign, **given)
            self.call("Input.dispatchKeyEvent", type="keyUp", **given)

    def look(self, width: int = 1280, height: int = 900, *, is_dark: bool = False, is_phone: bool = False) -> None:
        """Takes a screen of this size, in light or dark. Units: CSS pixels."""
        scale = 2 if is_phone else 1
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=is_phone
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def choose_files(self, selector: str, *files: Path) -> None:
        """Chooses files in a file field, as its dialogue does."""
        found = self.call("Runtime.evaluate", expression=f"document.querySelector({json.dumps(selector)})")
        self.call("DOM.setFileInputFiles", objectId=found["result"]["objectId"], files=[str(file) for file in files])

    def leave_by(self, selector: str) -> None:
        """Presses what leads to another page, and waits until that is loaded."""
        self.read("window.isStillThePageBefore = true")
        self.read(f"document.querySelector({json.dumps(selector)}).click()")
        self.wait("!window.isStillThePageBefore && document.readyState === 'complete'")

    def picture(self, path: Path) -> None:
        """Takes a picture of the whole page (PNG)."""
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        path.write_bytes(base64.b64decode(data))

    def tab_to(self, selector: str, most: int = 80) -> None:
        """Presses Tab until an element has the focus: what cannot be reached by keyboard fails here."""
        for _ in range(most):
            self.press("Tab")
            if self.read(f"document.activeElement.matches({json.dumps(selector)})"):
                return
        raise AssertionError(f"Tab never reaches {selector}")

    def close(self) -> None:
        """Ends the browser."""
        self._process.terminate()
        self._process.wait(20)
        os.close(self._in)
        os.close(self._out)
