"""The speed of neurode against its peers, measured in one run on the machine at hand: `make bench`.

Every measurement runs in a process of its own. Rounds rotate through the peers, so that a machine that slows
down or speeds up does so for all of them. Writes `results/speed.md` and `results/speed.json`.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from machine import describe_machine
from plan import FIRST_FIT_NETWORKS, OURS, PEERS, TENSORFLOW
from processes import HERE, Finished, run_script, run_worker
from speed_page import speed_page

STAGES = ("fit", "first", "table")
RESULTS = HERE / "results"
CACHE = "NEURODE_CACHE_DIR"


@dataclass(frozen=True)
class Size:
    """How much is measured. Every peer trains `epochs` a fit, of which the first is the warm-up."""

    rows: int = 276_928
    loan_rows: int = 395_520
    epochs: int = 3


QUICK = Size(rows=32_000, loan_rows=20_000, epochs=2)


@dataclass
class Bench:
    """A run in progress: its temporary folder, and what was measured so far."""

    folder: Path
    size: Size
    rounds: int
    choices: dict[str, dict] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    measured: dict = field(default_factory=lambda: {"sgemm": [], "fit": {}, "first_fit": {}, "table": {}})

    def fresh_cache(self) -> dict[str, str]:
        return {CACHE: tempfile.mkdtemp(dir=self.folder)}

    def note(self, name: str, finished: Finished) -> bool:
        """Whether a job succeeded; a failed one is reported beside the results."""
        print(f"{name}: {finished.error or f'{finished.seconds:.1f} s'}", file=sys.stderr, flush=True)
        if finished.error:
            self.problems[name.partition(",")[0]] = finished.error
        return finished.error is None


def main() -> None:
    arguments = parse_arguments()
    size = QUICK if arguments.quick else Size()
    begin = perf_counter()
    machine = describe_machine()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), size, 1 if arguments.quick else arguments.rounds)
        stages = [arguments.only] if arguments.only else list(STAGES)
        run_stages(bench, stages)
    results = {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "quick": arguments.quick,
        "stages": stages,
        "rounds": bench.rounds,
        "size": vars(size),
        "minutes": (perf_counter() - begin) / 60,
        "machine": machine,
        "choices": bench.choices,
        "problems": bench.problems,
        **bench.measured,
    }
    write_results(results, file_name(arguments))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few rows and epochs, to check the benchmark")
    parser.add_argument("--only", choices=STAGES, help="one stage of the run")
    parser.add_argument("--rounds", type=int, default=2, help="times every process is run (default: 2)")
    return parser.parse_args()


def file_name(arguments: argparse.Namespace) -> str:
    """`speed` for the whole run; parts and quick runs never overwrite it."""
    return "-".join(filter(None, ["speed", arguments.only, "quick" if arguments.quick else None]))


def run_stages(bench: Bench, stages: list[str]) -> None:
    if {"fit", "first"} & set(stages):
        bench.note(
            "write the table", run_worker("write_table", folder=str(bench.folder), rows=bench.size.rows)
        )
        choose_settings(bench)
    if "table" in stages:
        path = str(loans_path(bench))
        bench.note("write the loans", run_worker("write_loans", path=path, rows=bench.size.loan_rows))
    measure = {"fit": measure_fit, "first": measure_first_fit, "table": measure_table}
    for round_number in range(bench.rounds):
        for stage in stages:
            measure[stage](bench, round_number)


def choose_settings(bench: Bench) -> None:
    """Each peer's fastest setting for each network. A peer that cannot run is left out from here on."""
    for name, peer in PEERS.items():
        if missing := peer.missing_packages():
            bench.problems[name] = f"not installed ({', '.join(missing)})"
            continue
        request = fit_request(bench, name, epochs=1)
        finished = run_worker("choose", peer.environment | bench.fresh_cache(), **request)
        if bench.note(name, finished):
            bench.choices[name] = finished.answer


def fit_request(bench: Bench, name: str, epochs: int) -> dict:
    choices = bench.choices.get(name)
    return {"peer": name, "folder": str(bench.folder), "epochs": epochs, "choices": choices}


def measure_fit(bench: Bench, round_number: int) -> None:
    sgemm = run_worker("measure_sgemm")
    if bench.note("SGEMM", sgemm):
        bench.measured["sgemm"].append(sgemm.answer)
    for name in rotated(bench.choices, round_number):
        request = fit_request(bench, name, bench.size.epochs)
        finished = run_worker("fit", PEERS[name].environment | bench.fresh_cache(), **request)
        if bench.note(f"{name}, fit", finished):
            bench.measured["fit"].setdefault(name, []).append(finished.answer)


def measure_first_fit(bench: Bench, round_number: int) -> None:
    for name in rotated(bench.choices, round_number):
        for network in FIRST_FIT_NETWORKS:
            request = fit_request(bench, name, epochs=1) | {"network": network.name}
            cache = bench.fresh_cache()
            for cache_state in ("cold", "warm") if name == OURS else ("cold",):
                finished = run_worker("first_fit", PEERS[name].environment | cache, **request)
                if bench.note(f"{name}, first fit of {network.name}, {cache_state}", finished):
                    record_first_fit(bench, f"{name}, {cache_state}", network.name, finished)


def record_first_fit(bench: Bench, name: str, network_name: str, finished: Finished) -> None:
    runs = bench.measured["first_fit"].setdefault(name, {}).setdefault(network_name, [])
    runs.append({"seconds": finished.answer["fit_seconds"], "peak_bytes": finished.peak_bytes})


def measure_table(bench: Bench, round_number: int) -> None:
    """Both ways from a CSV to a judged network, as whole processes; neurode's cold, then warm."""
    cache = bench.fresh_cache()
    ways = {"keras": ("keras_way.py", TENSORFLOW), "neurode, cold": ("neurode_way.py", cache)}
    for name in [*rotated(ways, round_number), "neurode, warm"]:
        script, environment = ways.get(name, ways["neurode, cold"])
        finished = run_script(HERE / "table_ways" / script, str(loans_path(bench)), environment=environment)
        if bench.note(f"{name}, table", finished):
            run = {"seconds": finished.seconds, "peak_bytes": finished.peak_bytes, **finished.answer}
            bench.measured["table"].setdefault(name, []).append(run)


def loans_path(bench: Bench) -> Path:
    return bench.folder / "loans.csv"


def rotated(names, round_number: int) -> list[str]:
    names = list(names)
    shift = round_number % max(len(names), 1)
    return names[shift:] + names[:shift]


def write_results(results: dict, name: str) -> None:
    replace_file(RESULTS / f"{name}.json", json.dumps(results, indent=2) + "\n")
    replace_file(RESULTS / f"{name}.md", speed_page(results))
    print(RESULTS / f"{name}.md")


def replace_file(path: Path, text: str) -> None:
    temporary = path.with_name(f"{path.name}.partial")
    temporary.write_text(text)
    temporary.replace(path)


if __name__ == "__main__":
    main()
