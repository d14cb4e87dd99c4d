"""The network beside its baselines on the embedded table, over five seeds: `embedded_table.py`.

A seed decides the split, the weights, the order of rows and dropout. Writes `results/embedded_table.md`.
"""

import tempfile
from pathlib import Path
from statistics import mean

import neurode

SEEDS = range(5)
RESULT = Path(__file__).parent / "results" / "embedded_table.md"


def main() -> None:
    runs = [neurode.train("credit_default", seed=seed, output=tempfile.mkdtemp()) for seed in SEEDS]
    models = [each.name for each in runs[0].evaluation.evaluations]
    areas = {
        name: [run.evaluation.evaluations[place].metrics["roc_auc"].value for run in runs]
        for place, name in enumerate(models)
    }
    lead = mean(areas["network"]) - mean(areas["logistic regression"])
    behind = mean(areas["gradient boosting"]) - mean(areas["network"])
    lines = [
        "# The embedded table",
        "",
        "Test ROC AUC on `credit_default` (4,500 test rows), defaults of `neurode train`, one column a seed.",
        "Written by `benchmarks/embedded_table.py`.",
        "",
        "| model | " + " | ".join(f"seed {seed}" for seed in SEEDS) + " | mean |",
        "|---|" + "---|" * (len(SEEDS) + 1),
        *(
            f"| {name} | " + " | ".join(f"{area:.4f}" for area in values) + f" | **{mean(values):.4f}** |"
            for name, values in areas.items()
        ),
        "",
        f"Above logistic regression by {lead:.4f} (floor 0.03); "
        f"below gradient boosting by {behind:.4f} (at most 0.01).",
        "",
        "Seconds of the network's training: "
        + ", ".join(f"{run.timings['network']:.2f}" for run in runs)
        + " (the first compiles).",
    ]
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
