"""The flags that commands share, and how a command ends: one message and an exit code for an error of ours."""

from __future__ import annotations

import contextlib
import errno
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, NoReturn, TypeVar

import click

from zorgnetwerk import logs
from zorgnetwerk import settings as settings_table
from zorgnetwerk.errors import ZorgnetwerkError

Command = TypeVar("Command", bound=Callable[..., Any])

FLAGS = {
    "host": "--host",
    "port": "--port",
    "base_iri": "--base-iri",
    "state_dir": "--state-dir",
    "content_dir": "--content",
    "workers": "--workers",
    "query_timeout": "--query-timeout",
    "default_graph": "--default-graph",
    "unchecked": "--unchecked",
    "sources_dir": "--sources",
    "memory_mode_quads": "--memory-mode-quads",
    "web_workers": "--web-workers",
    "remote_query": "--remote-query",
    "remote_update": "--remote-update",
    "remote_user": "--remote-user",
    "four_eyes": "--four-eyes",
    "log_level": "--log-level",
}


def settings_flags(*names: str) -> Callable[[Command], Command]:
    """Adds the flags of these settings, with their help from the table."""

    def decorate(command: Command) -> Command:
        for name, default, unit, text in reversed(settings_table.table()):
            if name in names:
                flag = FLAGS[name]
                kind = (
                    {"is_flag": True, "default": None}
                    if isinstance(default, bool)
                    else {"metavar": unit.upper(), "default": None}
                )
                command = click.option(flag, name, help=f"{text} (default: {default!r})", **kind)(command)
        return click.option("--config", type=click.Path(path_type=Path, exists=True), help="a TOML file with settings")(
            command
        )

    return decorate


def guarded(command: Command) -> Command:
    """Turns an error of ours, or of the operating system, into its message and exit code 1."""

    @wraps(command)
    def run(*arguments: Any, config: Path | None = None, **options: Any) -> Any:
        try:
            chosen = settings_table.load({key: value for key, value in options.items() if key in FLAGS}, config)
            logs.set_up(chosen.log_level)
            return command(chosen, *arguments, **{key: value for key, value in options.items() if key not in FLAGS})
        except ZorgnetwerkError as error:
            _fail(str(error))
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # whoever read has enough; click ends quietly
            named = f"{error.filename}: " if error.filename else ""
            _fail(f"{named}{error.strerror or error}")

    return run  # type: ignore[return-value]


@contextlib.contextmanager
def named(name: object) -> Iterator[None]:
    """Lets an error say what could not be read or written: the system names what it opens, not what it writes to."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(name)
        raise


@contextlib.contextmanager
def writing_to(output: Path | None) -> Iterator[BinaryIO]:
    """The file of this name, or standard output. Errors: OSError, which names it."""
    with named(output or "standard output"):
        if output:
            with output.open("wb") as file:
                yield file
        else:
            yield sys.stdout.buffer
            sys.stdout.buffer.flush()  # here, so that what the disk refuses is not told at exit without a name


def _fail(text: str) -> NoReturn:
    click.echo(click.style("Error: ", fg="red") + text, err=True)
    sys.exit(1)


class LaterGroup(click.Group):
    """A group in which some commands are loaded when they are named: ``later`` maps a name to ``module:command``."""

    def __init__(self, *arguments: Any, later: Mapping[str, str] = MappingProxyType({}), **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._later = later

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, sorted."""
        return sorted({*super().list_commands(ctx), *self._later})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or None."""
        if cmd_name not in self._later:
            return super().get_command(ctx, cmd_name)
        module, _, name = self._later[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{self._later[cmd_name]} is no command")
        return command
