"""Child processes, measured by the operating system: wall seconds and peak resident memory."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

HERE = Path(__file__).parent
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Finished:
    """What a child answered, how long it took, and its peak memory. `error` is its last line if it failed."""

    answer: dict
    seconds: float
    peak_bytes: int
    error: str | None = None


def run_worker(job: str, environment: dict[str, str] | None = None, **request) -> Finished:
    return run_script(HERE / "worker.py", json.dumps({"job": job, **request}), environment=environment)


def run_script(script: Path, *arguments: str, environment: dict[str, str] | None = None) -> Finished:
    """Run a Python script that answers with one line of JSON.

    A child's peak starts at its parent's size, so whoever calls this must stay small: no NumPy, no data.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        begin = perf_counter()
        child = subprocess.Popen(
            [sys.executable, str(script), *arguments],
            stdout=output,
            stderr=errors,
            env={**os.environ, **(environment or {})},
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        error = None if child.returncode == 0 else last_line(errors) or f"exit status {child.returncode}"
        answer = {} if error else json.loads(last_line(output))
        return Finished(answer, seconds, usage.ru_maxrss * PEAK_UNIT, error)


def last_line(file) -> str:
    file.seek(0)
    lines = file.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
