"""A steward's browser, and what its pages say."""

from __future__ import annotations

import html
import re
import time
import urllib.parse
from collections.abc import Mapping
from typing import Any

from ..conftest import Reply
from .desk import FORM, PAGE, Desk


class Browser:
    """A steward's browser: keeps its cookie, reads tokens from forms."""

    def __init__(self, desk: Desk, language: str = "nl") -> None:
        self.site = desk.site
        self.prefix = f"/{language}/review"
        self.cookie = ""

    def get(self, path: str = "") -> Reply:
        return self.site.ask(f"{self.prefix}{path}", PAGE | {"Cookie": self.cookie})

    def post(self, path: str, fields: Mapping[str, str] | list[tuple[str, str]], **headers: str) -> Reply:
        body = urllib.parse.urlencode(fields).encode()
        asked = (
            PAGE | FORM | {"Cookie": self.cookie} | {name.replace("_", "-"): value for name, value in headers.items()}
        )
        return self.site.ask(f"{self.prefix}{path}", asked, "POST", body)

    def token(self, path: str = "") -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(path).text)
        assert found, path
        return found[1]

    def sign_in(self, key: str) -> Reply:
        reply = self.post("/login", {"csrf": self.token("/login"), "key": key})
        self.cookie = reply.headers.get("set-cookie", "").partition(";")[0]
        return reply


def sentence(reply: Reply) -> str:
    """What a page says in its place for refusals."""
    found = re.search(r'role="alert"><p>([^<]*)', reply.text)
    return html.unescape(found[1]) if found else ""


def multipart(fields: Mapping[str, str]) -> tuple[dict[str, str], bytes]:
    body = "".join(
        f'--zorg\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    return {"Content-Type": "multipart/form-data; boundary=zorg"}, f"{body}--zorg--\r\n".encode()


def wait_until(holds: Any, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
