"""Reads a page as a browser or a screen reader would: elements with their attributes, and the text in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"meta", "link", "br", "img", "input", "path", "circle", "hr"})

INLINE = frozenset({"a", "b", "q", "code", "cite", "textarea", "script"})


@dataclass
class Element:
    """One element; ``text`` is all text inside it, ``path`` the names of those around it."""

    name: str
    attributes: dict[str, str]
    path: tuple[str, ...]
    text: str = ""
    parts: list[str] = field(default_factory=list)

    def has_class(self, name: str) -> bool:
        return name in self.attributes.get("class", "").split()


class Page(HTMLParser):
    """A page as a flat list of elements; a wrongly nested one is an AssertionError."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.source = text
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(text)
        self.close()
        assert not self._open, f"not closed: {[element.name for element in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"{tag} repeats an attribute: {names}"
        element = Element(
            tag, {name: value or "" for name, value in attrs}, tuple(parent.name for parent in self._open)
        )
        self.elements.append(element)
        self._space(tag)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, ()))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"{tag} closes nothing"
        assert self._open[-1].name == tag, f"{tag} closes {self._open[-1].name}"
        element = self._open.pop()
        self._space(tag)
        element.text = " ".join("".join(element.parts).split())

    def _space(self, tag: str) -> None:
        """What stands in a box of its own is a word of its own."""
        if tag not in INLINE:
            for element in self._open:
                element.parts.append(" ")

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.parts.append(data)

    def all(self, name: str, class_name: str = "") -> list[Element]:
        return [it for it in self.elements if it.name == name and (not class_name or it.has_class(class_name))]

    def one(self, name: str, class_name: str = "") -> Element:
        [found] = self.all(name, class_name)
        return found

    @property
    def main(self) -> str:
        return self.one("main").text
