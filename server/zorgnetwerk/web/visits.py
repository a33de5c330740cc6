"""One request of a steward who is signed in, and the pages that answer it; none of them is kept by any cache."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Request, Response

from zorgnetwerk.terms.media_types import HTML
from zorgnetwerk.web.counter import Counter
from zorgnetwerk.web.frames import Frame
from zorgnetwerk.web.responses import Representation, redirect, respond
from zorgnetwerk.web.sessions import Visitor
from zorgnetwerk.web.translations import Translator

PATH: Final = "/review"
PRIVATE: Final[dict[str, str]] = {"Cache-Control": "private, no-store", "Referrer-Policy": "same-origin"}


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a steward."""

    asked: Request
    counter: Counter
    who: Visitor
    frame: Frame

    @property
    def translator(self) -> Translator:
        """The words of the page's language."""
        return self.counter.site.renderer.translations.for_language(self.frame.language)

    def words(self, message: str) -> str:
        """A message in the language of the page."""
        return self.translator.gettext(message)

    def page(self, template: str, title: str, status: int = 200, **shown: Any) -> Response:
        """A page of this room."""
        body = self.counter.site.renderer.page(
            template,
            self.frame,
            title=title,
            indexed=False,
            csrf=self.who.token,
            steward=self.counter.name_of(self.who.steward.organisation, self.frame.language),
            four_eyes=self.counter.site.settings.four_eyes,
            **shown,
        )
        shown_page = Representation(
            body.encode(), HTML, status=status, language=self.frame.language, vary=("Cookie",), headers=PRIVATE
        )
        return respond(self.asked, shown_page)

    def back(self, path: str) -> Response:
        """A redirect to another page of this room."""
        response = redirect(self.frame.to(f"{PATH}{path}"))
        response.headers["Cache-Control"] = "no-store"
        return response
