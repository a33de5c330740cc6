"""Awkward workbooks and tables, and what an awkward document is (``awkward.py`` has those that are RDF).

The answer is the rule of some violation (``G1``: cannot be read; ``G2``: nothing to check; ``G3``: out of reach; ``G4``:
too much), or ``read``: it may be read, whatever the rules then say of it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from openpyxl import Workbook

from zorgnetwerk.terms import media_types
from zorgnetwerk.terms.media_types import MediaType

READ = "read"


@dataclass(frozen=True)
class Awkward:
    """One document; ``answers`` are the rules of which one must speak."""

    family: str
    name: str
    media_type: MediaType
    data: bytes
    answers: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.family}-{self.name}-{self.media_type.suffix}"


GOOD_SHEET = [["naam (nl)", "soort organisatie", "citaat"], ["AZ Proef", "algemeen ziekenhuis", "AZ Proef"]]


def _book(rows: list[list[object]] = GOOD_SHEET) -> bytes:  # type: ignore[assignment]  # text is an object
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "organisaties"
    for row in rows:
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _repacked(changes: dict[str, bytes], extra: dict[str, bytes]) -> bytes:
    """A workbook with other parts (by the end of their name) and more of them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_book())) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = next((data for end, data in changes.items() if name.endswith(end)), old.read(name))
            new.writestr(name, data)
        for name, data in extra.items():
            new.writestr(name, data)
    return buffer.getvalue()


def workbooks() -> Iterator[Awkward]:
    """Archives that grow, carry more than cells, or are none."""
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'
    ns = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    deep = b"<worksheet " + ns + b">" + b"<a>" * 20_000 + b"</a>" * 20_000 + b"</worksheet>"
    far = (
        b"<worksheet "
        + ns
        + b'><sheetData><row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>'
    )
    bad_cell = (
        b"<worksheet " + ns + b'><sheetData><row r="1"><c r="A1" t="s"><v>999999</v></c></row></sheetData></worksheet>'
    )
    changes: list[tuple[str, bytes, tuple[str, ...]]] = [
        ("sheet1.xml", entity, ("G1",)), ("sheet1.xml", deep, (READ, "G1", "G2", "G4")), ("sheet1.xml", far, (READ, "G1", "G2", "G4")),
        ("sheet1.xml", bad_cell, ("G1", "G2")), ("sheet1.xml", b"", ("G1", "G2")), ("workbook.xml", b"<a/>", ("G1", "G2")),
        ("workbook.xml", entity, ("G1",)), ("[Content_Types].xml", b"", ("G1",)), ("sheet1.xml", b"\x00" * 100, ("G1",)),
        ("styles.xml", b"<a>" * 5_000, ("G1",)), ("sheet1.xml", b"<worksheet", ("G1", "G2")), ("workbook.xml.rels", b"<a/>", ("G1", "G2")),
        ("sheet1.xml", b"<worksheet " + ns + b">" + b" " * 50_000_000 + b"</worksheet>", ("G4",)),
    ]  # fmt: skip
    for number, (end, data, answers) in enumerate(changes):
        yield Awkward("workbook", f"part-{number}", media_types.XLSX, _repacked({end: data}, {}), answers)
    for number, name in enumerate(("xl/vbaProject.bin", "xl/externalLinks/a.xml", "xl/embeddings/a.bin", "xl/activeX/a.xml",
                                   "xl/connections.xml", "../a.xml", "/etc/a.xml", "xl/../../a.xml", "..\\a.xml")):  # fmt: skip
        yield Awkward("workbook", f"extra-{number}", media_types.XLSX, _repacked({}, {name: b"<a/>"}), ("G1",))
    for size in (45_000_000, 70_000_000):
        yield Awkward(
            "workbook", f"bomb-{size}", media_types.XLSX, _repacked({}, {"xl/media/a.xml": b"0" * size}), ("G4",)
        )
    several = {f"xl/media/{n}.xml": b"0" * 20_000_000 for n in range(4)}
    yield Awkward("workbook", "bomb-in-parts", media_types.XLSX, _repacked({}, several), ("G4",))
    yield Awkward(
        "workbook", "parts", media_types.XLSX, _repacked({}, {f"xl/{n}.xml": b"<a/>" for n in range(400)}), ("G4",)
    )
    whole = _book()
    for part in (0, 4, len(whole) // 2, len(whole) - 10):
        yield Awkward("workbook", f"cut-{part}", media_types.XLSX, whole[:part], ("G1",))
    for number, data in enumerate(
        (b"PK\x05\x06" + bytes(18), b"\xd0\xcf\x11\xe0" + bytes(600), b"<html/>", b"a;b\n1;2\n")
    ):
        yield Awkward("workbook", f"none-{number}", media_types.XLSX, data, ("G1",))
    yield Awkward("workbook", "rows", media_types.XLSX, _book([*GOOD_SHEET, *[["x"]] * 20_100]), ("G4",))


def cells() -> Iterator[Awkward]:
    """Cells that would be computed, run or misread."""
    said = ("=1+1", '=HYPERLINK("http://127.0.0.1:9/","x")', "=cmd|' /C calc'!A0", '=WEBSERVICE("http://127.0.0.1:9/")',
            "=[1]x!A1", '=IMPORTXML("http://127.0.0.1:9/","x")')  # fmt: skip
    for number, text in enumerate(said):
        rows: list[list[object]] = [list(GOOD_SHEET[0]), ["AZ Proef", text, "AZ Proef"]]
        yield Awkward("cell", f"formula-{number}", media_types.XLSX, _book(rows), ("G1",))
        csv = f'naam (nl);soort organisatie;citaat\nAZ Proef;"{text.replace(chr(34), chr(34) * 2)}";AZ Proef\n'
        yield Awkward("cell", f"formula-{number}", media_types.RESULTS_CSV, csv.encode(), ("G1",))
    for number, text in enumerate(
        ("+1", "-1", "@x", "<script>alert(1)</script>", "javascript:alert(1)", "x" * 40_000, "\u202eabc")
    ):
        csv = f"naam (nl);soort organisatie;website\n{text};algemeen ziekenhuis;{text}\n"
        yield Awkward("cell", f"text-{number}", media_types.RESULTS_CSV, csv.encode(), (READ, "G1"))


def tables() -> Iterator[Awkward]:
    """Delimited texts that are no table."""
    texts = (
        (b"", ("G2",)), (b"\n\n", ("G2",)), (b"\x00\x00", ("G1", "G2")), (b'"' * 999, ("G1", "G2")), (b'a;b\n"x', ("G1",)),
        (b"\xff\xfe\x00", ("G1", "G2")), (b"naam (nl);soort organisatie\n" + b"x;y\n" * 20_100, ("G4",)),
        (b"a;" * 200, ("G4",)), (b"PK\x03\x04", ("G1", "G2")), (b"<html></html>", ("G1", "G2")), (b'a;b\n"x"y;z', ("G1", "G2")),
        (b"naam (nl);soort organisatie\n" + b"x" * 200_000 + b";y\n", ("G1",)),
    )  # fmt: skip
    for number, (data, answers) in enumerate(texts):
        yield Awkward("table", f"{number}", media_types.RESULTS_CSV, data, answers)
