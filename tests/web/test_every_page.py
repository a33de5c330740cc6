"""Rules that hold on all pages in all languages."""

from __future__ import annotations

from itertools import pairwise

import pytest

from zorgnetwerk.terms.languages import LANGUAGES

from .reading import Page


@pytest.mark.parametrize("language", LANGUAGES)
class TestEveryPage:
    """Rules that hold on all pages in all languages."""

    def test_states_its_language_and_has_one_heading(
        self, all_pages: dict[str, dict[str, Page]], language: str
    ) -> None:
        for name, page in all_pages[language].items():
            assert page.one("html").attributes["lang"] == language
            assert page.one("h1").text, name
            assert page.one("h1").text.split(" ")[0] in page.one("title").text or name in ("home", "list"), name

    def test_runs_nothing_inline(self, all_pages: dict[str, dict[str, Page]], language: str) -> None:
        for name, page in all_pages[language].items():
            assert not [it for it in page.elements if "style" in it.attributes], name
            assert not [it for it in page.elements if any(key.startswith("on") for key in it.attributes)], name
            for script in page.all("script"):
                assert "src" in script.attributes or script.attributes["type"] == "application/ld+json", name

    def test_loads_nothing_from_another_host(self, all_pages: dict[str, dict[str, Page]], language: str) -> None:
        for page in all_pages[language].values():
            sources = [it.attributes["src"] for it in page.elements if "src" in it.attributes]
            sources += [it.attributes["href"] for it in page.all("link")]
            assert all(source.startswith("/") and not source.startswith("//") for source in sources)

    def test_never_links_to_the_base_by_its_host(self, all_pages: dict[str, dict[str, Page]], language: str) -> None:
        for name, page in all_pages[language].items():
            targets = [it.attributes["href"] for it in page.all("a")]
            assert not [target for target in targets if target.startswith("http://localhost:7777")], name

    def test_has_no_identifier_twice_and_no_label_without_target(
        self, all_pages: dict[str, dict[str, Page]], language: str
    ) -> None:
        for name, page in all_pages[language].items():
            ids = [it.attributes["id"] for it in page.elements if "id" in it.attributes]
            assert len(ids) == len(set(ids)), name
            named = [it.attributes["aria-labelledby"] for it in page.elements if "aria-labelledby" in it.attributes]
            assert set(named) <= set(ids), name
            local = {it.attributes["href"][1:] for it in page.all("a") if it.attributes["href"].startswith("#")}
            assert local <= set(ids), name

    def test_offers_itself_in_the_other_languages(self, all_pages: dict[str, dict[str, Page]], language: str) -> None:
        for name, page in all_pages[language].items():
            switch = {
                it.attributes["hreflang"]: it.attributes["href"] for it in page.all("a") if "hreflang" in it.attributes
            }
            assert set(switch) == set(LANGUAGES), name
            endings = {href[3:] for href in switch.values()}
            assert len(endings) == 1, name

    def test_headings_step_down_one_at_a_time(self, all_pages: dict[str, dict[str, Page]], language: str) -> None:
        for name, page in all_pages[language].items():
            levels = [int(it.name[1]) for it in page.elements if it.name in ("h1", "h2", "h3", "h4")]
            assert levels[0] == 1, name
            assert all(after - before <= 1 for before, after in pairwise(levels)), (name, levels)
