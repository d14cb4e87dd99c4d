"""The machine and the library versions that a result was measured with."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    "neurode", "jax", "jaxlib", "keras", "tensorflow-cpu", "tensorflow", "torch", "scikit-learn", "numpy",
    "pandas", "polars", "lightgbm",
)  # fmt: skip


def describe_machine() -> dict:
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_at_start": os.getloadavg()[0],
        "versions": {name: found for name in PACKAGES if (found := installed(name))},
    }


def processor() -> str:
    """The model name; server processors often hide it, so family and model stand beside it."""
    information = Path("/proc/cpuinfo")
    if not information.exists():
        return platform.processor()
    first = information.read_text().split("\n\n", 1)[0]
    fields = dict(map(str.strip, line.split(":", 1)) for line in first.splitlines() if ":" in line)
    name = fields.get("model name", platform.machine())
    if "cpu family" not in fields:
        return name
    return f"{name} (family {fields['cpu family']}, model {fields['model']})"


def installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
