"""Wide networks, where arithmetic counts and not the overhead of a step: neurode beside Keras on JAX.

Both are fitted in turn, round after round, each in a process of its own. Writes `results/wide.md` and
`results/wide.json`.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

FEATURES, STEPS, EPOCHS = 77, 64, 3
CASES = [
    ((64, 64), 32),
    ((128, 128), 32),
    ((256, 256), 32),
    ((512, 512), 32),
    ((512, 512), 256),
    ((1000,) * 3, 32),
]
LIBRARIES = {"neurode": {}, "Keras 3 (JAX)": {"KERAS_BACKEND": "jax"}}
RESULTS = Path(__file__).parent / "results"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="times every process is run (default: 3)")
    parser.add_argument("--measure", choices=LIBRARIES, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.measure)))
        return
    from machine import describe_machine

    machine = describe_machine()
    runs: dict[str, list] = {name: [] for name in LIBRARIES}
    for _ in range(arguments.rounds):
        for name, environment in LIBRARIES.items():
            command = [sys.executable, __file__, "--measure", name]
            finished = subprocess.run(
                command, env=os.environ | environment, capture_output=True, text=True, check=True
            )
            runs[name].append(json.loads(finished.stdout.splitlines()[-1]))
    results = {"machine": machine, "rounds": arguments.rounds, "milliseconds_per_step": runs}
    (RESULTS / "wide.json").write_text(json.dumps(results, indent=2) + "\n")
    (RESULTS / "wide.md").write_text(page(results))
    print(RESULTS / "wide.md")


def measure(library: str) -> list[float]:
    """Milliseconds a step, the shortest epoch of a few, for each case."""
    if library == "neurode":
        from neurode.layers import Dense, Input
        from neurode.models import Sequential
    else:
        from keras.layers import Dense, Input
        from keras.models import Sequential
    rng, found = np.random.default_rng(0), []
    for widths, batch_size in CASES:
        x = rng.normal(size=(STEPS * batch_size, FEATURES)).astype(np.float32)
        y = (x[:, 0] > 0).astype(np.float32)
        hidden = [Dense(width, activation="relu") for width in widths]
        model = Sequential([Input((FEATURES,)), *hidden, Dense(1, activation="sigmoid")])
        model.compile("adam", "binary_crossentropy")
        model.fit(x, y, batch_size=batch_size, verbose=0)
        seconds = []
        for _ in range(EPOCHS):
            begin = perf_counter()
            model.fit(x, y, batch_size=batch_size, epochs=2, verbose=0)
            seconds.append((perf_counter() - begin) / 2)
        found.append(min(seconds) / STEPS * 1e3)
    return found


def page(results: dict) -> str:
    from speed_page import machine_section, markdown_table

    runs = results["milliseconds_per_step"]
    rows = []
    for i, (widths, batch_size) in enumerate(CASES):
        ours, theirs = (median(run[i] for run in runs[name]) for name in LIBRARIES)
        network = "-".join(map(str, (FEATURES, *widths, 1)))
        rows.append(
            [f"{network}, batch {batch_size}", f"{ours:.3f}", f"{theirs:.3f}", f"{theirs / ours:.2f}×"]
        )
    begin = (
        "# Wide networks\n\n"
        f"Written by `benchmarks/wide.py`. Milliseconds per step of whole fits, Adam, {STEPS} steps an "
        f"epoch; median of {results['rounds']} processes each, in turn."
    )
    table = markdown_table(["network", "neurode", "Keras 3 (JAX)", "Keras / neurode"], rows)
    return "\n\n".join([begin, machine_section(results), table]) + "\n"


if __name__ == "__main__":
    main()
