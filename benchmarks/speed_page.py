"""The page of a speed run: raw numbers in, Markdown out."""

from statistics import median

from plan import (
    FIRST_FIT_CEILING_SECONDS,
    FIRST_FIT_NETWORKS,
    NETWORKS,
    OURS,
    PEERS,
    ROOFLINE_FLOORS,
    SPEED_FLOORS,
    TABLE_MEMORY_RATIO_FLOOR,
    TABLE_TIME_RATIO_FLOOR,
)

MEBIBYTE = 2**20
ABSENT = "–"


def speed_page(results: dict) -> str:
    parts = [heading(results), machine_section(results), problem_section(results)]
    if results["fit"]:
        parts += [
            fit_section(results),
            loss_section(results),
            roofline_section(results),
            choice_section(results),
        ]
    if results["first_fit"]:
        parts += [first_fit_section(results), memory_section(results)]
    if results["table"]:
        parts.append(table_section(results))
    return "\n\n".join(part for part in parts if part) + "\n"


def heading(results: dict) -> str:
    lines = ["# Speed: neurode against its peers"]
    if results["quick"]:
        lines.append("**Not a result.** A `--quick` run with few rows and epochs, to check the benchmark.")
    if len(results["stages"]) == 1:
        lines.append(f"**A part only**: `--only {results['stages'][0]}`.")
    lines.append(
        f"Written by `benchmarks/speed.py` on {results['date']}, in {results['minutes']:.0f} minutes. "
        "Floors are the least the project asks of itself; each is judged beside its number."
    )
    return "\n\n".join(lines)


def machine_section(results: dict) -> str:
    machine = results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return "\n".join(
        [
            "## Machine",
            "",
            f"- {machine['processor']}, {machine['cores']} cores, {machine['memory_bytes'] / 2**30:.0f} GiB, "
            f"{machine['system']}; load at the start {machine['load_at_start']:.1f}",
            f"- Python {machine['python']}; {versions}",
        ]
    )


def problem_section(results: dict) -> str:
    lines = [f"- {name}: {problem}" for name, problem in results["problems"].items()]
    return "\n".join(["## Not measured", "", *lines]) if lines else ""


def fit_section(results: dict) -> str:
    size = results["size"]
    explanation = (
        f"{size['rows']:,} rows × 77 float32 columns, Adam at 0.001, binary cross-entropy, no metrics; "
        "weights start Glorot uniform. Each peer runs in its own process, in rounds that rotate through the "
        f"peers (rounds: {results['rounds']}); in each, every network is fitted for {size['epochs']} epochs, "
        "the first of which is not counted; fits shorter than a second are repeated with more epochs. An "
        "epoch is timed from the end of the one before to its own end. Median, and range, over epochs."
    )
    rows = [
        [PEERS[name].label, *(step_cell(results, name, network.name) for network in NETWORKS)]
        for name in results["fit"]
    ]
    ratios = [
        [PEERS[name].label, *(ratio_cell(results, name, network.name) for network in NETWORKS)]
        for name in results["fit"]
        if name != OURS
    ]
    names = [network.name for network in NETWORKS]
    return "\n\n".join(
        [
            "## Microseconds per step",
            explanation,
            markdown_table(["", *names], rows),
            "How many times neurode's time that is:",
            markdown_table(["", *names], ratios),
        ]
    )


def step_cell(results: dict, name: str, network: str) -> str:
    times = microseconds(results, name, network)
    if not times:
        return ABSENT
    return f"**{figure(median(times))}** ({figure(min(times))} to {figure(max(times))})"


def ratio_cell(results: dict, name: str, network: str) -> str:
    times, ours = microseconds(results, name, network), microseconds(results, OURS, network)
    if not times or not ours:
        return ABSENT
    ratio = median(times) / median(ours)
    floor = SPEED_FLOORS.get(network, {}).get(name)
    return f"{figure(ratio)}×" if floor is None else judged_ratio(ratio, floor)


def microseconds(results: dict, name: str, network: str) -> list[float]:
    return [time for run in results["fit"].get(name, []) for time in run[network]["microseconds"]]


def loss_section(results: dict) -> str:
    rows = [
        [
            PEERS[name].label,
            *(loss_cell(runs, network.name) for network in NETWORKS),
        ]
        for name, runs in results["fit"].items()
    ]
    title = f"Training loss of epoch {results['size']['epochs']}, so that nobody is fast by not learning:"
    return f"{title}\n\n" + markdown_table(["", *(network.name for network in NETWORKS)], rows)


def loss_cell(runs: list[dict], network: str) -> str:
    return f"{median(run[network]['loss'] for run in runs):.4f}"


def roofline_section(results: dict) -> str:
    if not results["sgemm"]:
        return ""
    best = max(results["sgemm"], key=lambda run: run["flops_per_second"])
    rate = best["flops_per_second"]
    rows = [roofline_row(results, network, rate) for network in NETWORKS]
    return "\n\n".join(
        [
            "## Roofline",
            f"The matrix products of a step, at {rate / 1e9:.0f} GFLOP/s: the best float32 product of NumPy "
            f"on one core here ({best['size']} × {best['size']}). neurode may use every core.",
            markdown_table(["", "operations a step", "µs at that rate", "neurode µs", "reached"], rows),
        ]
    )


def roofline_row(results: dict, network, rate: float) -> list[str]:
    ideal = network.flops_per_step() / rate * 1e6
    ours = microseconds(results, OURS, network.name)
    if not ours:
        return [network.name, f"{network.flops_per_step():,}", figure(ideal), ABSENT, ABSENT]
    reached, floor = ideal / median(ours), ROOFLINE_FLOORS.get(network.name)
    verdict = "" if floor is None else judged(f"floor {floor:.0%}", reached >= floor)
    cells = [f"{network.flops_per_step():,}", figure(ideal), figure(median(ours)), f"{reached:.0%}{verdict}"]
    return [network.name, *cells]


def choice_section(results: dict) -> str:
    rows = [
        [PEERS[name].label, *(choice_cell(choices[network.name]) for network in NETWORKS)]
        for name, choices in results["choices"].items()
        if name != OURS
    ]
    explanation = (
        "Each peer is set up as its documentation advises; where there is a choice, the fastest in a short "
        'trial on this machine. Keras keeps `jit_compile="auto"`: off for TensorFlow on a CPU, on for JAX. '
        "PyTorch gathers its rows once an epoch. scikit-learn's biases start at random, the others' at zero."
    )
    names = [network.name for network in NETWORKS]
    return "\n\n".join(["## Settings", explanation, markdown_table(["", *names], rows)])


def choice_cell(choice: dict) -> str:
    return ", ".join(f"{key}={value}" for key, value in choice.items())


def first_fit_section(results: dict) -> str:
    rows = []
    for name, runs in results["first_fit"].items():
        judge = name == f"{OURS}, cold"
        rows.append(
            [first_fit_label(name), *(first_fit_cell(runs, n.name, judge) for n in FIRST_FIT_NETWORKS)]
        )
    return "\n\n".join(
        [
            "## First fit, seconds",
            "Construct, compile and fit one epoch of the same table in a fresh process, imports and data "
            "already there. Cold: neurode's compilation cache is empty. The peers keep no cache.",
            markdown_table(["", *(network.name for network in FIRST_FIT_NETWORKS)], rows),
        ]
    )


def first_fit_label(name: str) -> str:
    peer, cache = name.split(", ")
    return f"{PEERS[peer].label}, {cache} cache" if peer == OURS else PEERS[peer].label


def first_fit_cell(runs: dict, network: str, judge: bool) -> str:
    if network not in runs:
        return ABSENT
    seconds = median(run["seconds"] for run in runs[network])
    ceiling = f"ceiling {FIRST_FIT_CEILING_SECONDS}"
    return f"{seconds:.2f}" + (judged(ceiling, seconds <= FIRST_FIT_CEILING_SECONDS) if judge else "")


def memory_section(results: dict) -> str:
    rows = [
        [first_fit_label(name), *(memory_cell(runs, network.name) for network in FIRST_FIT_NETWORKS)]
        for name, runs in results["first_fit"].items()
    ]
    table_bytes = results["size"]["rows"] * 77 * 4
    return "\n\n".join(
        [
            "## Peak memory, MiB",
            f"Of the processes above, imports and the table ({table_bytes / MEBIBYTE:.0f} MiB) included.",
            markdown_table(["", *(network.name for network in FIRST_FIT_NETWORKS)], rows),
        ]
    )


def memory_cell(runs: dict, network: str) -> str:
    if network not in runs:
        return ABSENT
    return f"{median(run['peak_bytes'] for run in runs[network]) / MEBIBYTE:.0f}"


def table_section(results: dict) -> str:
    labels = {
        "keras": "pandas + scikit-learn + Keras (TensorFlow)",
        "neurode, cold": "neurode, cold cache",
        "neurode, warm": "neurode, warm cache",
    }
    rows = [
        [label, *table_cells(results["table"], name)]
        for name, label in labels.items()
        if name in results["table"]
    ]
    return "\n\n".join(
        [
            "## From a CSV to a judged network",
            f"`make_loans({results['size']['loan_rows']:_})` as CSV → 12-12-1 for 5 epochs at batch 32 "
            "on 70 % of the rows → accuracy and AUC on the rest. Whole processes, imports and compiling "
            "included; medians.",
            markdown_table(
                ["", "seconds", "peak MiB", "accuracy", "AUC", "Keras way / this: time", "memory"], rows
            ),
        ]
    )


def table_cells(table: dict, name: str) -> list[str]:
    seconds, peak = table_median(table, name, "seconds"), table_median(table, name, "peak_bytes")
    cells = [
        f"{seconds:.1f}",
        f"{peak / MEBIBYTE:.0f}",
        f"{table_median(table, name, 'accuracy'):.4f}",
        f"{table_median(table, name, 'auc'):.4f}",
    ]
    if name == "keras" or "keras" not in table:
        return [*cells, "", ""]
    time_ratio = table_median(table, "keras", "seconds") / seconds
    memory_ratio = table_median(table, "keras", "peak_bytes") / peak
    return [
        *cells,
        judged_ratio(time_ratio, TABLE_TIME_RATIO_FLOOR),
        judged_ratio(memory_ratio, TABLE_MEMORY_RATIO_FLOOR),
    ]


def table_median(table: dict, name: str, key: str) -> float:
    return median(run[key] for run in table[name])


def judged_ratio(ratio: float, floor: float) -> str:
    return f"{figure(ratio)}×" + judged(f"floor {floor}×", ratio >= floor)


def judged(floor: str, met: bool) -> str:
    return f" ({floor}: {'met' if met else '**not met**'})"


def figure(value: float) -> str:
    """Three digits, never an exponent."""
    return f"{value:.0f}" if value >= 99.95 else f"{value:.3g}"


def markdown_table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
