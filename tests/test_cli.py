"""The command line: each command as a person types it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from zorgnetwerk.cli import main
from zorgnetwerk.submission.keys import Keys

_PROGRAM = "from zorgnetwerk.cli import main; main()"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "things.ttl").write_text(
        '<http://e/a> <http://e/name> "één"@nl . <http://e/a> a <http://e/Thing> .', "utf-8"
    )
    return folder


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def built(content: Path, state: Path) -> Path:
    done = run("build", "--content", content, "--state-dir", state, "--base-iri", "http://b.example/")
    assert done.exit_code == 0, done.output
    assert "release 1: 2 statements, new" in done.output
    return state


def test_build_says_when_nothing_changed(built: Path, content: Path) -> None:
    done = run("build", "--content", content, "--state-dir", built)
    assert "release 1: 2 statements, unchanged" in done.output


def test_build_refuses_with_file_and_line(built: Path, content: Path) -> None:
    (content / "bad.ttl").write_text("<a> <b> ]", "utf-8")
    done = run("build", "--content", content, "--state-dir", built)
    assert done.exit_code == 1
    assert "bad.ttl, line 1, column 9" in done.output


def test_a_wrong_base_is_refused(content: Path, state: Path) -> None:
    done = run("build", "--content", content, "--state-dir", state, "--base-iri", "b.example")
    assert done.exit_code == 1
    assert "base_iri is 'b.example', expected http(s)://host/ ending in a slash" in done.output


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("SELECT ?n { ?s <http://e/name> ?n }", "csv", "n\r\néén\r\n"),
        ("SELECT ?n { ?s <http://e/name> ?n }", "json", '"xml:lang":"nl"'),
        ("ASK { ?s <http://e/name> ?n }", "json", '"boolean":true'),
        ("CONSTRUCT { ?s <http://e/x> 1 } WHERE { ?s a ?c }", "nt", "<http://e/a> <http://e/x>"),
    ],
)
def test_query_answers_from_the_release(built: Path, text: str, form: str, expected: str) -> None:
    done = run("query", "--state-dir", built, "--format", form, text)
    assert done.exit_code == 0
    assert expected in done.stdout_bytes.decode("utf-8")


def test_query_reads_a_file_and_standard_input(built: Path, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("ASK {}", "utf-8")
    assert run("query", "--state-dir", built, "--file", tmp_path / "q.rq").exit_code == 0
    done = CliRunner().invoke(main, ["query", "--state-dir", str(built), "-"], input="SELECT (1 AS ?one) {}")
    assert done.stdout_bytes == b"one\r\n1\r\n"


def test_query_refuses_what_the_endpoint_refuses(built: Path) -> None:
    done = run("query", "--state-dir", built, "DROP ALL")
    assert done.exit_code == 1
    assert "DROP changes data" in done.output


def test_dump_writes_the_release(built: Path, tmp_path: Path) -> None:
    done = run("dump", "--state-dir", built)
    assert done.stdout_bytes.count(b"\n") == 2
    assert run("dump", "--state-dir", built, "--format", "ttl", "-o", tmp_path / "d.ttl").exit_code == 0
    assert "<http://e/a>" in (tmp_path / "d.ttl").read_text("utf-8")


def test_releases_and_rollback(built: Path, content: Path) -> None:
    (content / "more.ttl").write_text("<http://e/b> a <http://e/Thing> .", "utf-8")
    assert run("build", "--content", content, "--state-dir", built, "--cause", "more").exit_code == 0
    listed = run("releases", "--state-dir", built).output.splitlines()
    assert [line[0] for line in listed] == [" ", "*"]
    assert "more" in listed[1]
    assert run("rollback", "--state-dir", built, "1").exit_code == 0
    assert [line[0] for line in run("releases", "--state-dir", built).output.splitlines()] == ["*", " "]
    done = run("rollback", "--state-dir", built, "7")
    assert done.exit_code == 1
    assert "no release 7" in done.output


def test_before_the_first_build_commands_say_so(state: Path) -> None:
    for arguments in (("query", "--state-dir", state, "ASK {}"), ("dump", "--state-dir", state)):
        done = run(*arguments)
        assert done.exit_code == 1
        assert f"There is no state in {state}" in done.output
        assert "'zorgnetwerk build'" in done.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("releases",),
        ("rollback", "1"),
        ("query", "ASK {}"),
        ("dump",),
        ("doctor",),
        ("token", "list"),
        ("journal", "verify"),
        ("backup", "copy"),
        ("review", "list"),
        ("review", "show", "a"),
        ("review", "accept", "a"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("is_there", [False, True], ids=["no folder", "a folder of something else"])
def test_a_command_that_reads_makes_no_state(
    state: Path, content: Path, arguments: tuple[str, ...], is_there: bool
) -> None:
    if is_there:
        state.mkdir()
    given = ("--content", content) if arguments[0] == "doctor" else ()
    done = run(*arguments, "--state-dir", state, *given)
    assert f"in {state}" in done.output
    assert state.exists() == is_there
    assert not list(state.glob("*"))


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("releases/000002/release.json", "release.json cannot be read"),
        ("releases/000002/quads.nq", "lacks quads.nq"),
        ("releases/000002/store/CURRENT", "lacks store/CURRENT"),
        ("releases/000002/", "names release 2, which is not there (kept: 1)"),
        ("current", "instead of the number of a release"),
    ],
)
def test_what_is_damaged_is_named_and_set_aside_by_the_next_build(
    built: Path, content: Path, damage: str, said: str
) -> None:
    (content / "more.ttl").write_text("<http://e/b> a <http://e/Thing> .", "utf-8")
    assert run("build", "--content", content, "--state-dir", built).exit_code == 0
    if damage.endswith("/"):
        shutil.rmtree(built / damage)
    elif damage == "current":
        (built / damage).write_bytes(b"\xff\xfe")
    else:
        (built / damage).unlink()
    listed = run("releases", "--state-dir", built)
    assert listed.exit_code == 1
    assert "       1  2" in listed.output
    examined = run("doctor", "--state-dir", built, "--content", content)
    assert examined.exit_code == 1
    for done in (listed, examined):
        assert said in done.output
        assert "'zorgnetwerk build'" in done.output
    made = run("build", "--content", content, "--state-dir", built)
    assert made.exit_code == 0
    assert said in made.output
    assert run("doctor", "--state-dir", built, "--content", content).exit_code == 0
    assert run("query", "--state-dir", built, "ASK { <http://e/b> ?p ?o }").output.strip() == "true"
    number = 2 if damage == "current" else 3  # a number that was served is never used again
    assert f"release {number}: 3 statements" in made.output
    aside = built / "releases" / "damaged-000002"
    assert aside.exists() == (damage not in ("current", "releases/000002/"))


def test_a_state_in_which_no_release_is_left_is_built_anew(built: Path, content: Path) -> None:
    shutil.rmtree(built / "releases" / "000001")
    made = run("build", "--content", content, "--state-dir", built)
    assert made.exit_code == 0
    assert "Served now: none." in made.output
    assert "release 2: 2 statements, new" in made.output


def test_published_iris_stay_when_the_record_of_the_folder_is_lost(built: Path, content: Path) -> None:
    (built / "state.json").unlink()
    assert "release 1: 2 statements, unchanged" in run("build", "--content", content, "--state-dir", built).output
    assert json.loads((built / "state.json").read_text("utf-8"))["base_iri"] == "http://b.example/"


def test_a_state_without_its_folder_of_releases_is_told_from_no_state(built: Path) -> None:
    shutil.rmtree(built / "releases")
    done = run("releases", "--state-dir", built)
    assert done.exit_code == 1
    assert "names release 1, which is not there (kept: none)" in done.output


def test_a_store_that_lost_files_is_named_with_the_way_out(built: Path, content: Path) -> None:
    store = built / "releases" / "000001" / "store"
    for file in store.glob("*.sst"):
        file.unlink()
    doctor = run("doctor", "--state-dir", built, "--content", content)
    for done in (doctor, run("journal", "verify", "--state-dir", built)):
        assert done.exit_code == 1
        assert f"The store {store} cannot be read" in done.output
        assert "Remove that folder; 'zorgnetwerk build'" in done.output
    assert "ok    journal" in doctor.output
    shutil.rmtree(store)
    assert run("build", "--content", content, "--state-dir", built).exit_code == 0
    assert run("doctor", "--state-dir", built, "--content", content).exit_code == 0


def test_a_release_without_its_pointer_is_found_by_the_doctor(built: Path, content: Path) -> None:
    (built / "current").unlink()
    done = run("doctor", "--state-dir", built, "--content", content)
    assert done.exit_code == 1
    assert "1 kept, but none is served" in done.output


def test_a_file_that_cannot_be_written_or_read_is_named(built: Path, tmp_path: Path) -> None:
    done = run("dump", "--state-dir", built, "-o", tmp_path / "none" / "d.nq")
    assert (done.exit_code, "none/d.nq: No such file or directory" in done.output) == (1, True)
    done = run("dump", "--state-dir", built, "-o", "/dev/full")
    assert (done.exit_code, "/dev/full: No space left on device" in done.output) == (1, True)
    (tmp_path / "d.nq").mkdir()
    done = run("dump", "--state-dir", built, "-o", tmp_path / "d.nq")
    assert (done.exit_code, "d.nq: Is a directory" in done.output) == (1, True)
    (tmp_path / "q.rq").write_bytes(b"ASK { # \xff\n}")
    done = run("query", "--state-dir", built, "--file", tmp_path / "q.rq")
    assert (done.exit_code, "q.rq is not UTF-8" in done.output) == (1, True)
    done = CliRunner().invoke(main, ["query", "--state-dir", str(built), "-"], input=b"ASK { # \xff\n}")
    assert (done.exit_code, "standard input is not UTF-8" in done.output) == (1, True)


def test_a_dump_is_not_written_over_itself(built: Path) -> None:
    (kept,) = built.glob("releases/000001/outlets-*/zorgnetwerk.nq")
    before = kept.read_bytes()
    done = run("dump", "--state-dir", built, "-o", kept)
    assert (done.exit_code, f"{kept} is what the release keeps" in done.output) == (1, True)
    assert kept.read_bytes() == before != b""


@pytest.mark.parametrize("arguments", [("query", "ASK {}"), ("dump",), ("journal", "export"), ("journal", "replay")])
def test_standard_output_is_named_when_it_takes_nothing(built: Path, arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-c", _PROGRAM, *arguments, "--state-dir", str(built)]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "Error: standard output: No space left on device\n")


def test_a_reader_that_has_enough_ends_a_command_quietly(built: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", _PROGRAM, "dump", "--state-dir", str(built)]
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run(command, stdout=pipe, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stderr == ""


def test_a_query_ends_at_the_limit_that_is_set(built: Path) -> None:
    numbers = " ".join(map(str, range(200)))
    wide = " ".join(f"VALUES ?v{each} {{ {numbers} }}" for each in range(6))
    done = run("query", "--state-dir", built, "--query-timeout", "0.3", f"SELECT (COUNT(*) AS ?n) {{ {wide} }}")
    assert done.exit_code == 1
    assert "longer than 0.3 seconds" in done.output


def test_doctor_finds_a_healthy_house(built: Path, content: Path) -> None:
    done = run("doctor", "--state-dir", built, "--content", content)
    assert done.exit_code == 0, done.output
    for subject in ("platform", "workers", "releases", "journal", "content"):
        assert f"ok    {subject}" in done.output


def test_doctor_names_what_is_wrong(built: Path, content: Path) -> None:
    (content / "bad.ttl").write_text("<a> <b> ]", "utf-8")
    (built / "current").write_text("x", "utf-8")
    done = run("doctor", "--state-dir", built, "--content", content)
    assert done.exit_code == 1
    assert "FAIL  content" in done.output
    assert "FAIL  releases" in done.output


def test_keys_are_printed_once_and_kept_as_hashes(state: Path) -> None:
    made = run("token", "create", "--state-dir", state, "--role", "steward", "--organisation", "http://e/a")
    secret = made.stdout.splitlines()[0]
    listed = json.loads(run("token", "list", "--state-dir", state).stdout)
    assert (listed["role"], listed["organisation"]) == ("steward", "http://e/a")
    assert secret not in (state / "keys.json").read_text("utf-8")
    assert (state / "keys.json").stat().st_mode & 0o777 == 0o600
    keys = Keys(state)
    found = keys.find(secret)
    assert found is not None
    assert found.name == listed["name"]
    assert keys.find("znk_other") is None
    assert run("token", "revoke", "--state-dir", state, found.name).exit_code == 0
    assert keys.find(secret) is None
    assert run("token", "revoke", "--state-dir", state, found.name).exit_code == 1


def test_an_unknown_role_is_refused(state: Path) -> None:
    assert run("token", "create", "--state-dir", state, "--role", "king", "--organisation", "http://e/a").exit_code == 2
    state.mkdir()
    with pytest.raises(ValueError, match="expected one of submitter, steward"):
        Keys(state).create("king", "http://e/a", "t")


def test_settings_come_from_a_file_too(content: Path, state: Path, tmp_path: Path) -> None:
    file = tmp_path / "z.toml"
    file.write_text(f'state_dir = "{state}"\ncontent_dir = "{content}"\n', "utf-8")
    assert run("build", "--config", file).exit_code == 0
    file.write_text("colour = 1", "utf-8")
    done = run("build", "--config", file)
    assert done.exit_code == 1
    assert "there is no setting 'colour'" in done.output


@pytest.mark.parametrize("command", main.list_commands(click.Context(main)))
def test_every_command_has_help(command: str) -> None:
    done = run(command, "--help")
    assert done.exit_code == 0
    assert len(done.output.splitlines()) > 3
