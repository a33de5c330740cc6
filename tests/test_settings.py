"""Settings: one table, four origins, and a wrong one is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from zorgnetwerk.errors import SettingError
from zorgnetwerk.settings import load, table


def test_rising_order_of_origins(tmp_path: Path) -> None:
    file = tmp_path / "z.toml"
    file.write_text("port = 1\nworkers = 1\nquery_timeout = 1", "utf-8")
    settings = load({"port": 3}, file, {"ZORGNETWERK_PORT": "2", "ZORGNETWERK_WORKERS": "2", "HOME": "/"})
    assert (settings.port, settings.workers, settings.query_timeout, settings.web_threads) == (3, 2, 1.0, 64)


def test_a_flag_that_was_not_given_changes_nothing() -> None:
    assert load({"port": None}, environment={}).port == 8000


@pytest.mark.parametrize(
    ("flags", "environment", "message"),
    [
        ({"colour": "red"}, {}, r"flag --colour: there is no setting 'colour'; known are base_iri"),
        (
            {},
            {"ZORGNETWERK_PORT": "many"},
            r"environment variable ZORGNETWERK_PORT: port is 'many', expected a whole number",
        ),
        ({}, {"ZORGNETWERK_UNCHECKED": "perhaps"}, "expected yes or no"),
        ({"query_timeout": "soon"}, {}, "expected a number"),
        ({"query_timeout": 0}, {}, "query_timeout is 0.0, expected a positive number of seconds"),
        ({"workers": -1}, {}, "workers is -1"),
        ({"port": 70_000}, {}, "at most 65535"),
        ({"default_graph": "all"}, {}, "expected one of union, own"),
        ({"log_level": "loud"}, {}, "expected one of debug"),
        ({"query_timeout": "nan"}, {}, "query_timeout is 'nan', expected a number"),
        ({"query_timeout": "inf"}, {}, "query_timeout is 'inf', expected a number"),
        ({"port": 8112.5}, {}, r"port is 8112\.5, expected a whole number"),
        ({"host": 5.5}, {}, r"host is 5\.5, expected text"),
    ],
)
def test_a_wrong_setting_is_named(flags: dict[str, object], environment: dict[str, str], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        load(flags, environment=environment)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    file = tmp_path / "z.toml"
    file.write_text("port = ", "utf-8")
    with pytest.raises(SettingError, match=r"z\.toml: cannot be read as TOML"):
        load(file=file, environment={})


def test_a_wrong_kind_in_a_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "z.toml"
    file.write_text("host = 5", "utf-8")
    with pytest.raises(SettingError, match="host is 5, expected text"):
        load(file=file, environment={})


@pytest.mark.parametrize("text", ["yes", "1", "true", "ON"])
def test_words_for_yes(text: str) -> None:
    assert load(environment={"ZORGNETWERK_UNCHECKED": text}).unchecked


def test_a_missing_content_folder_names_the_setting() -> None:
    with pytest.raises(SettingError, match="set --content"):
        _ = load({"content_dir": "/nowhere/at/all"}, environment={}).content


def test_state_folder_follows_the_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/x")
    assert load(environment={}).state == Path("/x/zorgnetwerk")


def test_derived_numbers() -> None:
    settings = load({"workers": 3}, environment={})
    assert (settings.worker_count, settings.queue_length) == (3, 36)
    assert load(environment={}).worker_count >= 1
    assert load({"queue_limit": 5}, environment={}).queue_length == 5


def test_every_setting_has_unit_and_help() -> None:
    assert all(unit and text for _, _, unit, text in table())
