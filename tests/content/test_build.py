"""Our content as a release: accepted with all its checks, and refused by them when it is broken."""

from __future__ import annotations

import shutil
from pathlib import Path

from click.testing import CliRunner

from zorgnetwerk.cli import main

from ..conftest import ROOT

NAMELESS = "\n<https://zorgnetwerk.example/id/organisatie/zonder-naam> a <http://www.w3.org/ns/org#Organization> .\n"
SHAPE = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix org: <http://www.w3.org/ns/org#> .
<shapes/x> a sh:NodeShape ; sh:targetClass org:Organization ; sh:property [ sh:path 1 ; sh:minCount 1 ] .
"""


def test_our_content_is_accepted_and_refused_once_it_is_broken(tmp_path: Path) -> None:
    content, state = tmp_path / "content", tmp_path / "state"
    for name in ("ontologie", "data", "shapes"):
        shutil.copytree(ROOT / name, content / name)

    def build() -> tuple[int, str]:
        done = CliRunner().invoke(main, ["build", "--content", str(content), "--state-dir", str(state)])
        return done.exit_code, done.output

    code, said = build()
    assert (code, "release 1:" in said) == (0, True), said
    with (content / "data" / "register.trig").open("a", encoding="utf-8") as file:
        file.write(NAMELESS)
    code, said = build()
    assert code == 1
    assert "zonder-naam" in said
    assert (state / "current").read_text("ascii").strip() == "1"
    (content / "data" / "register.trig").write_bytes((ROOT / "data" / "register.trig").read_bytes())
    (content / "shapes" / "x.ttl").write_text(SHAPE, "utf-8")
    code, said = build()
    assert (code, f"{content}/" in said) == (1, False)
    assert "shapes/x.ttl, line 2: the shape <https://zorgnetwerk.example/shapes/x> cannot be evaluated" in said
    assert (state / "current").read_text("ascii").strip() == "1"
