"""The door of the stewards' room: ``/review/login``."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Request, Response, request

from zorgnetwerk.errors import Forbidden, KeyRequired, RateExceeded, ZorgnetwerkError
from zorgnetwerk.terms.media_types import HTML
from zorgnetwerk.web import negotiation, oidc, sessions
from zorgnetwerk.web.counter import Counter
from zorgnetwerk.web.frames import LANGUAGE_IN_PATH
from zorgnetwerk.web.responses import Representation, redirect, respond
from zorgnetwerk.web.translations import Translator, mark
from zorgnetwerk.web.visits import PRIVATE

PATH: Final = "/review/login"
_WAIT: Final = mark("Too many wrong keys came from your address. Try again in {after} seconds.")
_JOURNEY: Final = "zn_journey"


def routes(counter: Counter) -> Blueprint:
    """The routes of this room."""
    blueprint = Blueprint("login", __name__)

    @blueprint.get(PATH)
    @blueprint.get(f"/{LANGUAGE_IN_PATH}{PATH}")
    def login(language: str = "") -> Response:
        return _page(request, counter, language)

    @blueprint.post(PATH)
    @blueprint.post(f"/{LANGUAGE_IN_PATH}{PATH}")
    def sign_in(language: str = "") -> Response:
        return _sign_in(request, counter, language)

    @blueprint.get("/review/oidc")
    @blueprint.get(f"/{LANGUAGE_IN_PATH}/review/oidc")
    def leave(language: str = "") -> Response:
        return _leave(request, counter, language)

    @blueprint.get("/review/oidc/back")
    def come_back() -> Response:
        return _come_back(request, counter)

    return blueprint


def _leave(asked: Request, counter: Counter, language: str) -> Response:
    """To the identity provider."""
    chosen = language or negotiation.choose_language(asked.headers.get("Accept-Language"))
    address, cookie = counter.provider().begin(counter.site.base.iri("review/oidc/back"), chosen)
    response = redirect(address, vary=())
    response.headers["Cache-Control"] = "no-store"
    return _with_journey(response, counter, cookie)


def _come_back(asked: Request, counter: Counter) -> Response:
    """From the identity provider, signed in: a page that leads on by itself.

    Not a redirect: the browser counts that as still coming from the other site, and would not send the new cookie.
    """
    back = counter.site.base.iri("review/oidc/back")
    key_name, language = counter.provider().finish(back, asked.cookies.get(_JOURNEY, ""), asked.args)
    if counter.keys.steward(key_name) is None:
        raise Forbidden("Your account names a key that is no steward's key here.")
    t = counter.site.renderer.translations.for_language(language)
    frame = counter.site.frame(asked, language, PATH)
    body = counter.site.renderer.page("signed_in.html", frame, title=t.gettext("Signed in"), indexed=False)
    headers = PRIVATE | {"Refresh": f"0; url={frame.to('/review')}"}
    response = respond(asked, Representation(body.encode(), HTML, language=language, vary=("Cookie",), headers=headers))
    sessions.set_cookie(response, counter, sessions.begin(counter, key_name))
    return _with_journey(response, counter, "")


def _with_journey(response: Response, counter: Counter, value: str) -> Response:
    """The response with the cookie of the way to the provider and back; Lax, since the way back comes from there."""
    secure = counter.site.base.value.startswith("https://")
    age = oidc.SECONDS if value else 0
    response.set_cookie(_JOURNEY, value, max_age=age, path="/review/oidc", secure=secure, httponly=True, samesite="Lax")
    return response


def _sign_in(asked: Request, counter: Counter, language: str) -> Response:
    try:
        cookie = sessions.sign_in(asked, counter)
    except KeyRequired as error:
        return _page(asked, counter, language, error, 401)
    except Forbidden as error:
        return _page(asked, counter, language, error, 403)
    except RateExceeded as error:
        shown = _page(asked, counter, language, error, 429)
        shown.headers["Retry-After"] = str(error.retry_after_seconds)
        return shown
    response = redirect(f"/{language}/review" if language else "/review")
    response.headers["Cache-Control"] = "no-store"
    return sessions.set_cookie(response, counter, cookie)


def _page(
    asked: Request, counter: Counter, language: str, error: ZorgnetwerkError | None = None, status: int = 200
) -> Response:
    chosen = language or negotiation.choose_language(asked.headers.get("Accept-Language"))
    t = counter.site.renderer.translations.for_language(chosen)
    body = counter.site.renderer.page(
        "login.html",
        counter.site.frame(asked, chosen, PATH),
        title=t.gettext("Sign in"),
        indexed=False,
        csrf=sessions.login_token(counter),
        problem=_sentence(error, t) if error is not None else "",
        provider=bool(counter.site.settings.oidc_issuer),
    )
    shown = Representation(
        body.encode(), HTML, status=status, language=chosen, vary=("Accept-Language",), headers=PRIVATE
    )
    return respond(asked, shown)


def _sentence(error: ZorgnetwerkError, t: Translator) -> str:
    """Why nobody was let in; the words of ``sessions.py`` are marked there."""
    if isinstance(error, RateExceeded):
        return t.gettext(_WAIT).format(after=error.retry_after_seconds)
    return t.gettext(str(error))
