"""What the code offers is written down: settings, commands, error classes."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from zorgnetwerk import errors
from zorgnetwerk.settings import table

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", [name for name, *_ in table()])
def test_every_setting_is_in_the_readme_with_its_default(name: str) -> None:
    [row] = [line for line in README.splitlines() if line.startswith(f"| `{name}` |")]
    default = next(value for key, value, *_ in table() if key == name)
    shown = (
        {True: "yes", False: "no", "": ""}.get(default, f"`{default}`")
        if isinstance(default, str | bool)
        else f"`{default}`"
    )
    assert f"| {shown} |" in row or (shown == "" and "| |" in row)


def test_every_error_is_drawn_in_the_tree() -> None:
    classes = [name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert len(classes) > 15
    drawing = errors.__doc__ or ""
    assert [name for name in classes if f" {name} " not in f"{drawing} ".replace("\n", " ")] == []


def test_every_command_is_in_the_readme() -> None:
    from zorgnetwerk.cli import main

    for name in main.list_commands(click.Context(main)):
        assert name in README.split("## The command line")[1].split("## Settings")[0]
