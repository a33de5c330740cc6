"""Awkward documents, several hundred: each gets the right refusal with a message in four languages, and does nothing else.

Run in a process that was forked from this one, as checks are: with the memory limit of a checker worker, without the means
to open a file or a connection (an audit hook refuses it at the first try), and with a time limit on each document.
A crash, an exception or a try costs the test that document, by name.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from zorgnetwerk.submission.checking import Checker
from zorgnetwerk.submission.collecting import Piece
from zorgnetwerk.submission.jobs import Handler, prepare
from zorgnetwerk.terms.languages import LANGUAGES

from .awkward import all_of_them
from .awkward_tables import READ, Awkward

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = all_of_them()
FAMILIES = sorted({each.family for each in DOCUMENTS})
LEAST = 600
SECONDS_EACH = 20
MEMORY_BYTES = 1 << 30
"""Added to what the process had when it was forked."""
_REFUSED_EVENTS = (
    "open", "socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.bind", "subprocess.Popen", "os.system", "os.exec",
    "os.posix_spawn", "os.remove", "os.rename", "os.mkdir", "urllib.Request", "ctypes.dlopen", "shutil.rmtree",
)  # fmt: skip
_OWN_CODE = (".py", ".pyc", ".so", ".toml")
"""A module that is loaded only now is no file of a document's choice."""

Told = dict[str, object]


@pytest.fixture(scope="module")
def handler() -> Handler:
    return prepare(str(ROOT))


def in_a_fork(work: Callable[[], dict[str, Told]]) -> dict[str, Told]:
    """What this work says in a process of its own, which may open nothing and has no more memory than a checker."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            _confine()
            data = json.dumps(work()).encode()
            while data:
                data = data[os.write(writing, data) :]
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0, "the process ended; a signal has a negative number"
    told: dict[str, Told] = json.loads(said)
    return told


def _confine() -> None:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_BYTES, used + MEMORY_BYTES))
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event not in _REFUSED_EVENTS:
        return
    if event == "open" and (not isinstance(arguments[0], str | bytes) or str(arguments[0]).endswith(_OWN_CODE)):
        return
    raise PermissionError(f"tried: {event} {arguments[:1]}")


def one(handler: Handler, document: Awkward) -> Told:
    """What a checker says of one document."""
    job: dict[str, object] = {"media_type": document.media_type.name, "report": "application/json", "name": "x"}
    signal.alarm(SECONDS_EACH)
    start = time.process_time()
    try:
        answer, report = handler(job, document.data)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {str(error)[:200]}"}
    finally:
        signal.alarm(0)
    return {
        "findings": json.loads(report)["findings"],
        "conforms": answer["conforms"],
        "seconds": time.process_time() - start,
    }


@pytest.fixture(scope="module", params=[2, pytest.param(1, marks=pytest.mark.long)], ids=["each second", "all"])
def answers(request: pytest.FixtureRequest, handler: Handler) -> dict[str, Told]:
    """The answers to each second document, in the long run to all; a family that ends its process is known by its
    name."""
    told: dict[str, Told] = {}
    for family in FAMILIES:
        chosen = [each for each in DOCUMENTS[:: request.param] if each.family == family]
        assert chosen, family
        told.update(in_a_fork(lambda chosen=chosen: {str(each): one(handler, each) for each in chosen}))  # type: ignore[misc]
    return told


def of_family(family: str, answers: dict[str, Told]) -> list[Awkward]:
    return [each for each in DOCUMENTS if each.family == family and str(each) in answers]


def test_there_are_several_hundred_each_with_a_name_of_its_own() -> None:
    assert len(DOCUMENTS) >= LEAST
    assert max(Counter(map(str, DOCUMENTS)).values()) == 1
    assert len(FAMILIES) >= 15


@pytest.mark.parametrize("family", FAMILIES)
def test_each_gets_its_answer(family: str, answers: dict[str, Told]) -> None:
    wrong = []
    for document in of_family(family, answers):
        told = answers[str(document)]
        findings = told.get("findings")
        if not isinstance(findings, list):
            wrong.append((str(document), told))
            continue
        rules = {entry["rule"] for entry in findings if entry["severity"] == "Violation"}
        if READ not in document.answers and not rules & set(document.answers):
            wrong.append((str(document), sorted(rules)))
        elif told["conforms"] is True and READ not in document.answers:
            wrong.append((str(document), "conforms"))
    assert not wrong, wrong[:20]


@pytest.mark.parametrize("family", FAMILIES)
def test_each_refusal_says_why(family: str, answers: dict[str, Told]) -> None:
    for document in of_family(family, answers):
        for entry in answers[str(document)].get("findings") or []:  # type: ignore[attr-defined]
            assert entry["message"].strip(), str(document)
            assert "Traceback" not in entry["message"], str(document)
            assert "rdflib" not in entry["message"], str(document)
            assert len(entry["message"]) < 3_000, (str(document), len(entry["message"]))


def test_none_takes_long(answers: dict[str, Told]) -> None:
    slow = {
        name: told["seconds"] for name, told in answers.items() if float(str(told.get("seconds", 0))) > SECONDS_EACH / 2
    }
    assert not slow


def test_messages_are_there_in_four_languages(checker: Checker) -> None:
    for family in FAMILIES:
        document = next(each for each in DOCUMENTS if each.family == family)
        report = checker.examine([Piece("", document.media_type, document.data)]).report
        assert all(set(finding.messages) >= set(LANGUAGES) for finding in report.findings), family


NAMES = (
    "../../etc/passwd",
    "/etc/passwd",
    "a\x00b.ttl",
    "<script>alert(1)</script>.ttl",
    "\u202elttl.x",
    "x" * 5_000,
    "",
    ".",
    "a\r\nb",
)


@pytest.mark.parametrize("name", NAMES, ids=lambda name: repr(name[:12]))
def test_name_of_a_file_is_only_a_name(name: str, handler: Handler) -> None:
    """Two files of a form, one of them broken: told with the name that was sent, and nothing is opened by it."""
    good, broken = b"<http://e.example/a> <http://e.example/b> 1 .", b"<http://e.example/a> <b ."
    files = [
        {"name": n, "media_type": "text/turtle", "bytes": len(data)} for n, data in (("a.ttl", good), (name, broken))
    ]
    job: dict[str, object] = {"files": files, "report": "application/json"}
    told = in_a_fork(lambda: {"x": {"findings": json.loads(handler(job, good + broken)[1])["findings"]}})
    [entry] = told["x"]["findings"]  # type: ignore[misc]
    assert (entry["rule"], entry["severity"], entry.get("file", "")) == ("G1", "Violation", name)


def test_the_confinement_confines() -> None:
    """Without it, the tests above could not fail by a file that is read or a connection that is made."""

    def tries() -> dict[str, Told]:
        import socket  # loaded before the hook in this process

        told: dict[str, Told] = {}
        for name, attempt in (
            ("file", lambda: Path("/etc/hostname").read_text()),
            ("socket", lambda: socket.create_connection(("127.0.0.1", 9), 1)),
            ("name", lambda: socket.getaddrinfo("e.example", 80)),
        ):
            try:
                attempt()
                told[name] = {"done": True}
            except PermissionError:
                told[name] = {"done": False}
        return told

    assert in_a_fork(tries) == {name: {"done": False} for name in ("file", "socket", "name")}
