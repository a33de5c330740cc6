"""The form, step by step as a browser without scripts sends it: fill, be told, mend, see what would change, send."""

from __future__ import annotations

import json
import re
import time
import urllib.parse
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from zorgnetwerk.submission.keys import Keys
from zorgnetwerk.submission.passes import Passes

from ..conftest import ROOT, Reply, RunningSite, start_site
from ..web.reading import Page

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
SENTENCE = "AZ Proefstad en ZOL werken samen voor hartzorg"
SOURCE = {
    "bronnen.titel": "Jaarverslag 2025 van AZ Proefstad",
    "bronnen.adres": "https://www.azproefstad.example/jaarverslag",
    "bronnen.toestand-op": "2025-12-31",
    "bronnen.tekst": f"Inleiding. {SENTENCE}. Sinds 2015 is er een gezamenlijk team.",
}


class Fields(HTMLParser):
    """What a browser would send for the form that begins with this action."""

    def __init__(self, text: str, action: str) -> None:
        super().__init__()
        self.values: list[tuple[str, str]] = []
        self._action, self._is_inside, self._area, self._select = action, False, "", ""
        self._options: list[tuple[str, bool]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_inside = given.get("action", "") == self._action
        if not self._is_inside:
            return
        if tag == "input" and given.get("name") and (given["type"] != "radio" or "checked" in given):
            self.values.append((given["name"], given.get("value", "")))
        elif tag == "textarea":
            self._area = given["name"]
            self.values.append((self._area, ""))
        elif tag == "select":
            self._select, self._options = given["name"], []
        elif tag == "option":
            self._options.append((given["value"], "selected" in given))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            chosen = [value for value, is_chosen in self._options if is_chosen] or [self._options[0][0]]
            self.values.append((self._select, chosen[0]))
            self._select = ""
        elif tag == "textarea":
            self._area = ""
        elif tag == "form":
            self._is_inside = False

    def handle_data(self, data: str) -> None:
        if self._area:
            name, value = self.values[-1]
            self.values[-1] = (name, (value + data).removeprefix("\n") if not value else value + data)


class Visitor:
    """Somebody with a browser: what stands in the form stays there, until something else is typed."""

    def __init__(self, site: RunningSite, language: str = "nl", query: str = "") -> None:
        self.site, self.path = site, f"/{language}/form"
        self.reply = site.ask(self.path + query)
        assert self.reply.status == 200, self.reply.text[:500]

    @property
    def page(self) -> Page:
        return Page(self.reply.text)

    @property
    def values(self) -> list[tuple[str, str]]:
        return Fields(self.reply.text, self.path).values

    def value(self, name: str) -> str:
        return dict(self.values)[name]

    def press(self, button: str, /, **typed: str) -> Reply:
        said = {name.replace("__", "."): value for name, value in typed.items()}
        return self.fill(said, button)

    def fill(self, typed: dict[str, str], button: str) -> Reply:
        there = self.values
        assert f'value="{button}"' in self.reply.text, button
        sent = [(name, typed.get(name, value)) for name, value in there]
        sent += [(name, value) for name, value in typed.items() if name not in dict(there)]
        body = urllib.parse.urlencode([*sent, ("do", button)]).encode()
        self.reply = self.site.ask(self.path, FORM, "POST", body)
        assert self.reply.status == 200, self.reply.text[:800]
        return self.reply

    def option(self, name: str, label: str) -> str:
        """The value of the choice with this label."""
        select = re.search(rf'<select[^>]* name="{re.escape(name)}".*?</select>', self.reply.text, re.DOTALL)
        assert select is not None, name
        found = re.search(rf'<option value="([^"]*)"[^>]*>{re.escape(label)}</option>', select[0])
        assert found is not None, (name, label)
        return found[1]

    def told(self) -> dict[str, str]:
        """What is said at each field that must be mended, by its id."""
        pattern = r'<ul class="said" id="f-([^"]*)-said">(.*?)</ul>'
        return {name: re.sub(r"<[^>]+>", "", said) for name, said in re.findall(pattern, self.reply.text, re.DOTALL)}


@pytest.fixture(scope="module")
def open_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    site = start_site(tmp_path_factory.mktemp("form") / "state", ROOT, "--unchecked")
    try:
        site.await_checker()
        yield site
    finally:
        site.stop()


def filled(visitor: Visitor, **changed: str) -> None:
    """An invented hospital works with a published one; the visitor has searched and chosen."""
    visitor.fill(
        SOURCE
        | {
            "samenwerkingsverbanden.naam-nl": "Hartzorg Proefstad",
            "samenwerkingsverbanden.citaat": SENTENCE,
            "deelnames-1.deelnemer": "AZ Proefstad",
            "deelnames-1.citaat": SENTENCE,
            "deelnames-2.deelnemer": "Oost-Limburg",
            "deelnames-2.citaat": SENTENCE,
            "inzending.inzender": "Jessa Ziekenhuis",
        },
        "find:deelnames-1.deelnemer",
    )
    visitor.fill({"deelnames-1.deelnemer.thing": "new"}, "find:deelnames-2.deelnemer")
    visitor.fill(
        {
            "deelnames-2.deelnemer.thing": "organisatie/ziekenhuis-oost-limburg",
            "organisaties-1.soort": visitor.option("organisaties-1.soort", "algemeen ziekenhuis"),
            "samenwerkingsverbanden.vorm": visitor.option("samenwerkingsverbanden.vorm", "functionele samenwerking"),
            "inzending.licentie": visitor.option("inzending.licentie", "CC BY 4.0"),
        }
        | {name.replace("__", "."): value for name, value in changed.items()},
        "check",
    )


def test_invented_hospital_is_filled_in_told_mended_and_sent(open_site: RunningSite) -> None:
    visitor = Visitor(open_site)
    mistakes = {
        "bronnen.toestand-op": "31/12/2025",
        "organisaties-1.nummer": "0123456748",
        "deelnames-2.citaat": "AZ Proefstad en ZOL doen hartzorg",
    }
    filled(visitor, **{name.replace(".", "__"): value for name, value in mistakes.items()})
    told = visitor.told()
    assert set(told) == {"bronnen-toestand-op", "organisaties-1-nummer", "deelnames-2-citaat"}
    for name, value in mistakes.items():
        assert visitor.value(name) == value
        field = next(it for it in visitor.page.elements if it.attributes.get("id") == f"f-{name.replace('.', '-')}")
        assert field.attributes["aria-invalid"] == "true"
        assert f"f-{name.replace('.', '-')}-said" in field.attributes["aria-describedby"].split()
        assert f'<a href="#f-{name.replace(".", "-")}">' in visitor.reply.text
    assert "Idempotency" not in visitor.reply.text
    assert 'name="kept"' not in visitor.reply.text

    repair = re.search(r'name="do" value="(mend:[0-9a-f]+)"[^>]*>[^<]*2025-12-31', visitor.reply.text)
    assert repair is not None
    visitor.press(repair[1])
    assert visitor.value("bronnen.toestand-op") == "2025-12-31"
    assert set(visitor.told()) == {"organisaties-1-nummer", "deelnames-2-citaat"}

    visitor.fill({"organisaties-1.nummer": "0123456749", "deelnames-2.citaat": SENTENCE}, "check")
    assert visitor.told() == {}
    assert "Hartzorg Proefstad" in visitor.reply.text.partition('id="difference"')[2].partition("<form")[0]

    sending = dict(Fields(visitor.reply.text, "/nl/submissions").values)
    key = Keys(open_site.state).create(
        "submitter", f"{open_site.base}id/organisatie/jessa-ziekenhuis", "2026-11-24T10:00:00+00:00"
    )[1]
    sent = open_site.ask("/nl/submissions", FORM, "POST", urllib.parse.urlencode(sending | {"key": key}).encode())
    assert sent.status == 201, sent.text[:800]
    assert "Hartzorg Proefstad" in sent.text
    query = f"ASK {{ <{open_site.base}id/samenwerkingsverband/hartzorg-proefstad> ?p ?o }}"
    assert json.loads(open_site.sparql(query).body)["boolean"] is False


def test_what_is_needed_is_told_at_every_empty_field(open_site: RunningSite) -> None:
    visitor = Visitor(open_site, "en")
    visitor.press("check")
    told = visitor.told()
    assert {
        "bronnen-titel", "bronnen-tekst", "samenwerkingsverbanden-naam-nl", "samenwerkingsverbanden-vorm",
        "deelnames-1-deelnemer", "deelnames-2-citaat", "inzending-inzender", "inzending-licentie",
    } <= set(told)  # fmt: skip
    assert all("This is needed" in said for said in told.values())


def test_too_few_participants_are_told_at_the_participants(open_site: RunningSite) -> None:
    visitor = Visitor(open_site)
    filled(visitor)
    visitor.press("remove:1")
    visitor.press("check")
    assert set(visitor.told()) == {"deelnames"}
    assert '<a href="#f-deelnames">' in visitor.reply.text


def test_signed_link_goes_along_and_sends_without_a_key(open_site: RunningSite) -> None:
    organisation = "https://zorgnetwerk.example/id/organisatie/jessa-ziekenhuis"
    link = Passes.open(open_site.state).invite(organisation, int(time.time()) + 3600)
    visitor = Visitor(open_site, query=f"?{urllib.parse.urlencode({'link': link})}")
    filled(visitor)
    sending = dict(Fields(visitor.reply.text, "/nl/submissions").values)
    assert sending["link"] == link
    assert "key" not in sending
    sent = open_site.ask("/nl/submissions", FORM, "POST", urllib.parse.urlencode(sending).encode())
    assert sent.status == 201, sent.text[:800]
    assert Visitor(open_site, query="?link=nonsense").value("subject") == "samenwerkingsverbanden"


def test_organisation_alone_is_reported(open_site: RunningSite) -> None:
    visitor = Visitor(open_site, query="?subject=organisaties")
    visitor.fill(
        SOURCE
        | {
            "organisaties.naam-nl": "AZ Proefstad",
            "organisaties.soort": visitor.option("organisaties.soort", "algemeen ziekenhuis"),
            "organisaties.citaat": SENTENCE,
            "inzending.inzender": "Jessa Ziekenhuis",
            "inzending.licentie": visitor.option("inzending.licentie", "CC0"),
        },
        "check",
    )
    assert visitor.told() == {}
    assert "AZ Proefstad" in visitor.reply.text.partition('id="difference"')[2].partition("<form")[0]


def test_groups_come_and_go_and_nothing_typed_is_lost(open_site: RunningSite) -> None:
    visitor = Visitor(open_site, "fr")
    visitor.press("add", deelnames___2="")
    visitor.fill({"deelnames-3.deelnemer": "UZ Leuven", "samenwerkingsverbanden.naam-nl": "Drie"}, "remove:1")
    assert visitor.value("participants") == "2 3"
    assert visitor.value("deelnames-3.deelnemer") == "UZ Leuven"
    visitor.press("subject:organisaties")
    assert "deelnames-3" not in {name.partition(".")[0] for name, _ in visitor.values if name == "deelnames-3.rol"}
    visitor.fill({"organisaties.naam-nl": "AZ Nergens"}, "subject:samenwerkingsverbanden")
    assert visitor.value("samenwerkingsverbanden.naam-nl") == "Drie"
    assert visitor.value("deelnames-3.deelnemer") == "UZ Leuven"
    assert visitor.value("organisaties.naam-nl") == "AZ Nergens"


def test_look_up_gives_choices_with_kind_and_place(open_site: RunningSite) -> None:
    visitor = Visitor(open_site, "de")
    visitor.fill({"deelnames-1.deelnemer": "vesalius"}, "find:deelnames-1.deelnemer")
    choices = visitor.reply.text.partition('class="candidates"')[2].partition("</fieldset>")[0]
    assert 'value="organisatie/az-vesalius"' in choices
    assert "Tongeren" in choices
    assert 'value="new"' in choices
    visitor.fill({"deelnames-1.deelnemer": "ZOL"}, "find:deelnames-1.deelnemer")
    assert visitor.value("deelnames-1.deelnemer.thing") == "organisatie/ziekenhuis-oost-limburg"


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_page_speaks_the_language_and_runs_nothing_inline(open_site: RunningSite, language: str) -> None:
    visitor = Visitor(open_site, language)
    page = visitor.page
    assert page.one("html").attributes["lang"] == language
    assert not [
        it for it in page.elements if "style" in it.attributes or any(k.startswith("on") for k in it.attributes)
    ]
    ids = [it.attributes["id"] for it in page.elements if "id" in it.attributes]
    assert len(ids) == len(set(ids))
    labelled = {it.attributes["for"] for it in page.all("label") if "for" in it.attributes}
    assert labelled <= set(ids)
    assert not [it.text for it in page.all("label") if re.search(r"\((nl|fr|de|en)\)", it.text)]
    for link in ("validate", "submissions"):
        assert f'href="/{language}/form"' in open_site.ask(f"/{language}/{link}").text


def test_markup_that_is_typed_stays_text(open_site: RunningSite) -> None:
    visitor = Visitor(open_site)
    typed = '"><script>alert(1)</script>'
    visitor.fill({"samenwerkingsverbanden.naam-nl": typed, "deelnames-1.deelnemer": typed}, "check")
    assert "<script>alert" not in visitor.reply.text
    assert visitor.value("samenwerkingsverbanden.naam-nl") == typed


def test_a_body_beyond_the_limit_and_another_type_are_refused(open_site: RunningSite) -> None:
    body = urllib.parse.urlencode({"bronnen.tekst": "x" * 600_000}).encode()
    assert open_site.ask("/nl/form", FORM, "POST", body).status == 413
    assert open_site.ask("/nl/form", FORM | {"Content-Type": "text/turtle"}, "POST", b"<> a <> .").status == 415


def test_what_is_too_long_is_told_and_kept(open_site: RunningSite) -> None:
    visitor = Visitor(open_site, "en")
    visitor.fill({"samenwerkingsverbanden.naam-nl": "x" * 1_001}, "check")
    assert "too long" in visitor.told()["samenwerkingsverbanden-naam-nl"]
    assert len(visitor.value("samenwerkingsverbanden.naam-nl")) == 1_001


@pytest.mark.parametrize(
    "body",
    [
        "samenwerkingsverbanden.naam-nl=%ff%fe%00%0d%0a&do=check",
        "samenwerkingsverbanden.naam-nl=%e2%80%ae%ed%a0%80&deelnames-1.deelnemer=%00&participants=1&do=check",
        "do=mend:zzzz&participants=999+1+1+-4",
        "do=find:__class__.x",
        "do=more:bronnen.nothing",
        "do=remove:9999999999999999999999",
        "do=subject:people&subject=%3Cb%3E",
        "deelnames-1.deelnemer=x&deelnames-1.deelnemer.thing=..%2F..%2Fetc&participants=1&do=check",
        "inzending.licentie=javascript:alert(1)&bronnen.adres=javascript:alert(1)&do=check",
        "bronnen.titel=%3Dcmd%7C'%20/C%20calc'!A0&bronnen.tekst=x&do=check",
        "",
    ],
)
def test_hostile_fields_get_the_page_and_nothing_else(open_site: RunningSite, body: str) -> None:
    reply = open_site.ask("/nl/form", FORM, "POST", body.encode())
    assert reply.status == 200, reply.text[:500]
    assert 'href="javascript:' not in reply.text
    assert "<b>" not in reply.text.partition("<form")[2].partition("</form>")[0]
    assert 'name="kept"' not in reply.text
    Page(reply.text)
