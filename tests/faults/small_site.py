"""A site over a few hundred triples that is made to be harmed: its processes, its answers, its commands."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ..conftest import ROOT, RunningSite, start_site

RUNAWAYS = {
    "product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "sort": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i",
    "distinct": "SELECT DISTINCT ?c ?f ?i ?l { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
    "path": "SELECT (COUNT(*) AS ?n) { ?a (<http://e/next>|^<http://e/next>)* ?b . ?c (<http://e/next>|^<http://e/next>)* ?d . ?e (<http://e/next>)* ?f }",
    "big string": "SELECT (STRLEN(?z) AS ?n) { BIND('0123456789abcdef' AS ?a0) "
    + " ".join(f"BIND(CONCAT(?a{i},?a{i},?a{i},?a{i}) AS ?a{i + 1})" for i in range(15))
    + " BIND(?a15 AS ?z) }",
    "aggregate": "SELECT (GROUP_CONCAT(?c) AS ?s) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
}


def write_content(folder: Path, count: int = 600) -> Path:
    folder.mkdir(exist_ok=True)
    triples = "".join(
        f'<http://e/{n}> <http://e/next> <http://e/{n + 1}> ; <http://e/name> "thing {n}" .\n' for n in range(count)
    )
    (folder / "things.ttl").write_text(triples, "utf-8")
    return folder


def small_site(folder: Path) -> Iterator[RunningSite]:
    running = start_site(folder / "s", write_content(folder / "content"), "--query-timeout", "1.5", "--workers", "2")
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def family(site: RunningSite) -> dict[int, str]:
    """Every process below serve, with its command line."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents.setdefault(int((entry / "stat").read_text("utf-8").rpartition(")")[2].split()[1]), []).append(
                    int(entry.name)
                )
            except OSError:
                continue
    found: dict[int, str] = {}
    queue = [site.process.pid]
    while queue:
        for child in parents.get(queue.pop(), []):
            found[child] = (
                Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ").decode() if alive(child) else ""
            )
            queue.append(child)
    return found


def pids_by_role(site: RunningSite) -> dict[str, list[int]]:
    program = (
        "import sys, json; from pathlib import Path; from zorgnetwerk.store.embedded import EmbeddedStore;"
        "print(json.dumps(EmbeddedStore(Path(sys.argv[1])).status()['pids']))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT / "server")}
    done = subprocess.run(
        [sys.executable, "-c", program, str(site.state / "dispatcher.sock")],
        capture_output=True,
        check=True,
        env=environment,
    )
    roles: dict[str, list[int]] = json.loads(done.stdout)
    web = [pid for pid, command in family(site).items() if "granian" in command]
    doors = [pid for pid, command in family(site).items() if "zorgnetwerk.entrance" in command]
    return roles | {"web": web, "door": doors}


def lasting(site: RunningSite) -> dict[str, list[int]]:
    """The processes that nothing replaces unless they crash; workers come and go."""
    return {role: sorted(pids) for role, pids in pids_by_role(site).items() if role != "worker"}


def until(condition: Callable[[], bool], seconds: float) -> float:
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        if condition():
            return time.monotonic() - start
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} seconds")


def answers(site: RunningSite) -> bool:
    try:
        reply = site.sparql("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "text/csv", timeout=3)
    except (OSError, http.client.HTTPException):
        return False
    return reply.status == 200 and reply.text.split() == ["n", "1200"]


def run_command(
    name: str, site: RunningSite, content: Path, *flags: str, state: Path | None = None
) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "from zorgnetwerk.cli import main; main()", name]
    command = [*program, "--state-dir", str(state or site.state), "--content", str(content), *flags]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "server")}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=60)


def run_build(site: RunningSite, content: Path) -> subprocess.CompletedProcess[str]:
    return run_command("build", site, content)
