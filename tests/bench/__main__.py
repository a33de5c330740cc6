"""The command line of the measurements: ``python3 dev.py bench [flags]``. See ``docs/benchmarks.md``."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import tempfile
import time
from pathlib import Path

from . import checking, client, large, networks, pages, peers
from .asking import forget
from .measuring import Comparison, Effort, compare
from .processes import rest
from .reporting import NATIVE, Figures, machine, text_of, write

SIZES = (10_000, 100_000, 1_000_000)
LONG = 10_000_000
CHECKED = (10_000, 1_000_000)
_LONGEST_REST_SECONDS = 60.0


def main() -> int:
    options = _parser().parse_args()
    peers.install(print) if not (options.no_install or not options.sizes) else None
    figures = Figures(machine())
    figures.ceiling = {number: client.ceiling(number).throughput for number in (1, 4, 16)}
    out = Path(options.out)
    if options.scratch:
        Path(options.scratch).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.scratch) as name:
        folder = Path(name)
        for size in options.sizes:
            figures.sizes[size] = _measure_size(size, options, folder / str(size), figures)
            write(figures, out)
        if not options.no_pages:
            figures.further["pages of our own content, milliseconds"] = pages.measure(folder / "pages")
        if options.checking:
            sizes = (*CHECKED, *([options.long_size] if options.long else []))
            measured = checking.measure(sizes, options.copies, folder / "checking", _say)
            figures.further["checking"] = measured
        if options.long:
            figures.further[f"{options.long_size:,} quads"] = large.measure(options.long_size, folder / "long", _say)
    figures.machine["load at the end"] = machine()["load"]
    write(figures, out)
    print(text_of(figures))
    print(f"written to {out.resolve()}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("dev.py bench", description=__doc__)
    parser.add_argument("--sizes", type=_sizes, default=SIZES, help="numbers of quads, with commas between")
    parser.add_argument("--peers", type=_names, default=tuple(peers.PEERS), help="which peers, with commas between")
    parser.add_argument("--quick", action="store_true", help="shorter cells and budgets; under 15 minutes in all")
    parser.add_argument(
        "--long", action="store_true", help="also 10 million quads: build, start, memory, fork, questions"
    )
    parser.add_argument("--long-size", type=int, default=LONG, help="another number of quads for --long")
    parser.add_argument("--checking", action="store_true", help="also what checks cost, and plain pySHACL beside ours")
    parser.add_argument("--copies", type=_sizes, default=(1, 11), help="how often our data is copied for --checking")
    parser.add_argument("--out", default="build/bench", help="folder for report.txt and figures.json")
    parser.add_argument("--scratch", help="folder for networks and states (default: the system's)")
    parser.add_argument("--no-install", action="store_true", help="install no peers")
    parser.add_argument("--no-pages", action="store_true", help="leave out the pages of our own content")
    return parser


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part)


def _names(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(",") if part.strip())
    for name in names:
        if name not in peers.PEERS:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(peers.PEERS)}")
    return names


def _effort(peer: str, is_quick: bool) -> Effort:
    """More is spent on the native server, which is close to us, than on those that are far."""
    if peer == NATIVE:
        return Effort(seconds=0.6, budget=120) if is_quick else Effort(seconds=1.5, rounds=4, budget=600)
    if is_quick:
        return Effort(
            seconds=0.3, rounds=2, question_seconds=5, patience=10, cell_seconds=2, question_runs=3, budget=35
        )
    return Effort(seconds=0.5, rounds=3, budget=180)


def _measure_size(size: int, options: argparse.Namespace, folder: Path, figures: Figures) -> list[Comparison]:
    """Ours stays up; the others come one after another, each in alternation with ours."""
    _say(f"{size:,} quads")
    written = networks.write(folder / "content", size)
    network = peers.Network.of(folder / "content", written)
    found: list[Comparison] = []
    with peers.ours(network, folder, 300) as us:
        _say(f"  zorgnetwerk is ready after {us.load_seconds:.1f} s")
        for name in options.peers:
            place = folder / name.replace(" ", "-")
            place.mkdir()
            try:
                with peers.PEERS[name](network, place, 60 if options.quick else 240) as them:
                    _say(f"  {name} is ready after {them.load_seconds:.1f} s")
                    if not rest((us.process, them.process), _LONGEST_REST_SECONDS):
                        _say("  they do not come to rest")
                    found.append(compare(us, them, _effort(name, options.quick), lambda step: _say(f"    {step}")))
                    forget(them)
            except (peers.Missing, OSError) as error:
                figures.missing[f"{name} at {size:,} quads"] = str(error)
                _say(f"  {name}: {error}")
            with contextlib.suppress(OSError):
                shutil.rmtree(place)
        forget(us)
    shutil.rmtree(folder)
    return found


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
