"""Every row of the ledger is in the data, by label, value and quotation, or is an exception with its reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from .ledger import Row, read_exceptions, read_ledger, what_is_missing
from .reading import Data

DOCUMENTS = ("000", "001", "002", "003", "004")
QUOTA = 0.05


@pytest.fixture(scope="module")
def rows(shared: Path) -> tuple[Row, ...]:
    """The rows of the ledger."""
    return read_ledger(shared)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_row_of_the_document_is_in_the_data(document: str, rows: tuple[Row, ...], data: Data) -> None:
    exceptions = read_exceptions()
    wanted = [row for row in rows if row.document == document and row.id not in exceptions]
    assert wanted, f"the ledger has no rows of document {document}"
    missed = {row: why for row in wanted if (why := what_is_missing(row, data))}
    assert not missed, f"{len(missed)} of {len(wanted)} rows:\n" + "\n".join(
        f"{row}: {why}" for row, why in missed.items()
    )


def test_every_row_belongs_to_one_of_the_documents(rows: tuple[Row, ...]) -> None:
    assert {row.document for row in rows} == set(DOCUMENTS)


def test_exceptions_are_few(rows: tuple[Row, ...]) -> None:
    assert len(read_exceptions()) <= QUOTA * len(rows)


def test_every_exception_has_a_row_and_a_reason(rows: tuple[Row, ...]) -> None:
    exceptions = read_exceptions()
    assert set(exceptions) <= {row.id for row in rows}
    assert all(len(reason.split()) > 2 for reason in exceptions.values())


def test_no_exception_is_in_the_data_after_all(rows: tuple[Row, ...], data: Data) -> None:
    exceptions = read_exceptions()
    assert not [str(row) for row in rows if row.id in exceptions and not what_is_missing(row, data)]


@pytest.mark.parametrize(
    "change", [{"value": "Sint-Elders"}, {"phrase": "no such words"}, {"subject": "Nergens"}, {"document": "004"}]
)
def test_a_changed_row_is_not_found(change: dict[str, str], rows: tuple[Row, ...], data: Data) -> None:
    """The look-up must be able to fail, in each of its parts."""
    row = next(row for row in rows if row.predicate == "deelnemer" and row.document == "000")
    assert not what_is_missing(row, data)
    assert what_is_missing(Row(**{**vars(row), **change}), data)
