#!/usr/bin/env python3
"""One command from a fresh clone to a running site or a finished test run. Standard library only.

    python3 dev.py serve [flags]     set up, build, serve at http://localhost:8000/
    python3 dev.py test [--long]     set up, then linter, types and tests (what CI runs)
    python3 dev.py bench [flags]     set up, then the measurements of tests/bench (docs/benchmarks.md)
    python3 dev.py run ARGUMENTS     any 'zorgnetwerk' command

It makes .venv, installs the pinned requirements (hashes checked; by uv when present, else pip) and the project itself,
remembers what it installed, and hands over. Nothing is installed outside .venv.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
ALONE = tuple(f"tests/faults/test_{name}.py" for name in ("site", "processes", "parallel_runaways"))
POOLS = tuple(
    f"tests/store/test_{name}.py" for name in ("reception", "lender", "pool", "fairness", "dispatcher", "succession")
)
JOURNEYS = tuple(f"tests/journeys/test_{name}.py" for name in ("desk", "review", "form", "submissions"))
OUTSIDE = (
    "tests/submission/test_neighbourhood_equals_whole.py",
    "tests/test_packaging.py",
    "tests/submission/test_awkward_documents.py",
    "tests/submission/test_own_bad_submissions.py",
    "tests/submission/test_validation.py",
    "tests/journeys",
    "tests/faults",
    "tests/browser",
    "tests/conformance",
    "tests/content",
)
FRONTEND = ROOT / "server" / "frontend"
EDITOR = ROOT / "server" / "zorgnetwerk" / "web" / "static" / "editor.js"
REQUIREMENTS = {"run": ROOT / "requirements" / "run.txt", "dev": ROOT / "requirements" / "dev.txt"}


def main(arguments: list[str]) -> int:
    """Set up what the command needs, then run it."""
    if sys.version_info < (3, 11):
        return fail(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    command, *rest = arguments or ["help"]
    if command in ("serve", "run"):
        set_up("run")
        return hand_over(["zorgnetwerk", *(["serve"] if command == "serve" else []), *rest])
    if command == "test":
        set_up("dev")
        return test(rest)
    if command == "bench":
        set_up("dev")
        return subprocess.call([str(PYTHON), "-m", "tests.bench", *rest], cwd=ROOT, env=environment())
    print(__doc__)
    return 0 if command in ("help", "-h", "--help") else 2


def set_up(kind: str) -> None:
    """Make .venv hold these requirements and this checkout; instant when it does."""
    stamp = VENV / f".installed-{kind}"
    wanted = fingerprint(kind)
    if stamp.exists() and stamp.read_text() == wanted and PYTHON.exists():
        return
    print(f"Setting up .venv ({kind} requirements) ...", file=sys.stderr, flush=True)
    uv = shutil.which("uv")
    make_venv(uv)
    # The file lists everything. Resolved once more, pip wants the newest of "coverage[toml]", whose hash is not there.
    install(uv, ["--no-deps", "--require-hashes", "-r", str(REQUIREMENTS[kind])])
    install(uv, ["--no-deps", *([] if uv else ["--no-build-isolation"]), "-e", str(ROOT)])
    if not EDITOR.exists():
        print(
            "The SPARQL page is a plain form: its editor could not be built. With node and npm on this machine, "
            f"'python3 {(FRONTEND / 'bundle.py').relative_to(ROOT)}' builds it, or says why not.",
            file=sys.stderr,
        )
    stamp.write_text(wanted)


def fingerprint(kind: str) -> str:
    """What the set-up depends on: this folder, requirements, the project file, the sources of the editor, npm."""
    digest = hashlib.sha256(f"{ROOT} {sys.version} {shutil.which('npm') is not None}".encode())
    sources = [path for path in FRONTEND.glob("*") if path.is_file()] + list((FRONTEND / "src").glob("*.js"))
    for path in (REQUIREMENTS[kind], ROOT / "pyproject.toml", *sorted(sources)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def make_venv(uv: str | None) -> None:
    """Create .venv unless it is there; anew when it came here with a checkout that was copied or moved, since its
    programs would run the code of the other one.
    """
    made_for = VENV / ".made-for"
    is_ours = made_for.exists() and made_for.read_text() == str(ROOT)
    if is_ours and PYTHON.exists() and (uv or (VENV / "bin" / "pip").exists()):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    command = (
        [uv, "venv", "--quiet", "--python", sys.executable, str(VENV)]
        if uv
        else [sys.executable, "-m", "venv", str(VENV)]
    )
    if subprocess.call(command, stdout=subprocess.DEVNULL) != 0:
        sys.exit(
            fail(
                "This Python cannot make a virtual environment. On Debian: apt-get install python3-venv. Or install uv."
            )
        )
    made_for.write_text(str(ROOT))


def install(uv: str | None, what: list[str]) -> None:
    """Install into .venv."""
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", str(PYTHON), *what]
    else:
        command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what]
    if subprocess.call(command, cwd=ROOT) != 0:
        sys.exit(
            fail(
                "The packages could not be installed. Is a package index within reach (network, proxy, PIP_INDEX_URL)?"
            )
        )


def environment() -> dict[str, str]:
    """The environment of a checkout: its own content and state folders."""
    defaults = {"ZORGNETWERK_CONTENT_DIR": str(ROOT), "ZORGNETWERK_STATE_DIR": str(ROOT / ".state")}
    sources = ROOT.parent / "shared" / "seeds"
    if sources.is_dir():
        defaults["ZORGNETWERK_SOURCES_DIR"] = str(sources)
    return {**defaults, **os.environ, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


def hand_over(command: list[str]) -> int:
    """Become the command."""
    program = VENV / "bin" / command[0]
    os.execve(program, [str(program), *command[1:]], environment())


def test(rest: list[str]) -> int:
    """Linter, types, tests with coverage; the first failure decides. What follows 'test' goes to pytest alone."""
    long = "--long" in rest
    chosen = [word for word in rest if word != "--long"]
    pytest = [str(PYTHON), "-m", "pytest", "-q", *([] if long else ["-m", "not long"])]
    if chosen or long:
        return run(pytest, *chosen)
    (ROOT / ".coverage").unlink(missing_ok=True)
    code = run(tool("ruff"), "check", ".") or run(tool("ruff"), "format", "--check", ".")
    if code:
        return code
    # Types are checked beside the first tests. Where answers are timed (ALONE) nothing runs beside; where deadlines are
    # waited for (POOLS) only others that wait; all else runs side by side, what takes longest first. Tracing doubles
    # the work of every process, and a killed process spoils what it traced: where code is looked at from outside, where
    # much is repeated, and where processes are killed, coverage is not measured; but the desk is what only a running
    # site shows (JOURNEYS).
    together = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
    traced = ["--cov", "--cov-append"]
    rooms = [f"tests/{path.name}" for path in sorted((ROOT / "tests").iterdir()) if not path.name.startswith("__")]
    within = [place for place in OUTSIDE if place not in rooms]
    inside = [*JOURNEYS, *(room for room in rooms if room not in OUTSIDE), "server"]
    with tempfile.TemporaryFile("w+") as said:
        types = subprocess.Popen(tool("mypy"), cwd=ROOT, env=environment(), stdout=said, stderr=subprocess.STDOUT)
        code = run(pytest, *together, *ignoring(*ALONE, *JOURNEYS), *OUTSIDE)
        code = types.wait() or code
        said.seek(0)
        print("$ mypy", said.read(), sep="\n", flush=True)
    code = code or run(pytest, *ALONE)
    code = code or run(pytest, *together, *inside, *ignoring(*POOLS, *within), *traced, "--cov-report=")
    return code or run(
        pytest, *together, *POOLS, *traced, "--cov-report=term-missing:skip-covered", "--cov-fail-under=92"
    )


def ignoring(*paths: str) -> list[str]:
    """The flags that leave these paths out."""
    return [f"--ignore={path}" for path in paths]


def tool(name: str) -> list[str]:
    """The command of a development tool."""
    return [str(VENV / "bin" / name)]


def run(command: list[str], *more: str) -> int:
    """Run a command in the checkout; gives its exit code."""
    print("$", Path(command[0]).name, *command[1:], *more, flush=True)
    return subprocess.call([*command, *more], cwd=ROOT, env=environment())


def fail(message: str) -> int:
    """Say what is wrong."""
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
