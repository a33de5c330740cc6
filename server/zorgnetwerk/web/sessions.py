"""Signing in as a steward: a key once, then a signed cookie; every form is proved to come from our own pages.

The cookie is HttpOnly, SameSite=Strict, and Secure where the site is https; what it names is kept on the server and
ends after ``session_hours``, at sign-out, or when its key is revoked. A form carries a token that belongs to the
session; beside it the browser's own word (Sec-Fetch-Site, Origin) is heard. A program uses its key instead of a cookie
and needs no token, since no browser sends that by itself.

Source: reliability research, a5 no. 5 and 6; RFC 6265bis, 4.1.2.7 (SameSite); Fetch Metadata (Sec-Fetch-Site).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from flask import Request, Response

from zorgnetwerk.errors import Forbidden, KeyRequired
from zorgnetwerk.submission.keys import Key
from zorgnetwerk.submission.reviewing import Steward
from zorgnetwerk.web.counter import Counter
from zorgnetwerk.web.translations import mark

COOKIE: Final = "zn_session"
_SESSION: Final = "session"
_FORM: Final = "form"
_LOGIN: Final = "login"
_LOGIN_SECONDS: Final = 3_600
_HOUR_SECONDS: Final = 3_600


@dataclass(frozen=True, slots=True)
class Visitor:
    """A steward at work; ``token`` is what the forms of this session carry, "" for a program with a key."""

    steward: Steward
    token: str
    session: str = ""


def visitor(asked: Request, counter: Counter) -> Visitor:
    """Who is signed in. Errors: KeyRequired when nobody is; Forbidden when the key is no steward's; RateExceeded."""
    scheme, _, secret = asked.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return Visitor(_steward(counter, _key_of(asked, counter, secret.strip())), "")
    name, _, signature = asked.cookies.get(COOKIE, "").partition(".")
    passes = counter.register.passes
    if not name or not passes.holds(_SESSION, name, signature):
        raise KeyRequired("Sign in as a steward first.")
    key = counter.keys.steward(counter.access.session(name, time.time()) or "")
    if key is None:
        raise KeyRequired("Your session is over. Sign in again.")
    return Visitor(_steward(counter, key), passes.sign(_FORM, name), name)


def check_form(asked: Request, counter: Counter, who: Visitor) -> None:
    """Passes when a form was sent from our own page in this session. Errors: Forbidden."""
    if not who.session:
        return
    check_origin(asked, counter)
    if not counter.register.passes.holds(_FORM, who.session, asked.form.get("csrf", "")):
        raise Forbidden("This form is too old or came from another page. Load the page again and repeat it.")


def check_origin(asked: Request, counter: Counter) -> None:
    """Passes unless the browser says that another site sent this. Errors: Forbidden."""
    site = asked.headers.get("Sec-Fetch-Site", "same-origin")
    origin = asked.headers.get("Origin")
    ours = {asked.host, urlsplit(counter.site.base.value).netloc}
    if site not in ("same-origin", "none") or (origin is not None and urlsplit(origin).netloc not in ours):
        raise Forbidden(mark("This form was sent from another site."))


def login_token(counter: Counter) -> str:
    """What the sign-in form carries: the time, signed."""
    now = str(int(time.time()))
    return f"{now}.{counter.register.passes.sign(_LOGIN, now)}"


def sign_in(asked: Request, counter: Counter) -> str:
    """The cookie's value for the key in a sign-in form.

    Errors: Forbidden (another site, an old form, no steward's key), KeyRequired (no such key), RateExceeded.
    """
    check_origin(asked, counter)
    given, _, signature = asked.form.get("csrf", "").partition(".")
    is_ours = counter.register.passes.holds(_LOGIN, given, signature)
    if not is_ours or not given.isdecimal() or time.time() - int(given) > _LOGIN_SECONDS:
        raise Forbidden(mark("This form is too old. Load the page again."))
    steward = _steward(counter, _key_of(asked, counter, asked.form.get("key", "").strip()))
    return begin(counter, steward.name)


def begin(counter: Counter, key_name: str) -> str:
    """The cookie's value of a new session of this key."""
    now = time.time()
    name = counter.access.begin(key_name, now + counter.site.settings.session_hours * _HOUR_SECONDS, now)
    return f"{name}.{counter.register.passes.sign(_SESSION, name)}"


def set_cookie(response: Response, counter: Counter, value: str) -> Response:
    """The response with the session's cookie; an empty value takes it away."""
    hours = counter.site.settings.session_hours
    response.set_cookie(
        COOKIE,
        value,
        max_age=int(hours * _HOUR_SECONDS) if value else 0,
        path="/",
        secure=counter.site.base.value.startswith("https://"),
        httponly=True,
        samesite="Strict",
    )
    return response


def _key_of(asked: Request, counter: Counter, secret: str) -> Key:
    found = counter.key_of(secret, asked)
    if found is None:
        raise KeyRequired(mark("This key is not known here."))
    return found


def _steward(counter: Counter, key: Key) -> Steward:
    if key.role != "steward":
        raise Forbidden(mark("This is a submitter's key. Reviews are done with a steward's key."))
    return Steward(key.name, counter.site.base.reserve(key.organisation))
