"""What README, examples and the pictures' script say is run."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_of_the_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(blocks) == 5
    exec(compile("\n".join(blocks), "README.md", "exec"), {})


def test_the_commands_of_the_readme_exist():
    for target in re.findall(r"\$ make (\w+)", README):
        assert f"\n{target}:" in (ROOT / "Makefile").read_text()
    for command in re.findall(r"\$ neurode (\w+)", README):
        assert (ROOT / "src" / "neurode" / "cli" / f"{command}.py").exists()


def test_the_links_of_the_readme_lead_somewhere():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_one_neuron_is_logistic_regression():
    compare = runpy.run_path(str(ROOT / "examples" / "neuron_is_logistic_regression.py"))["compare"]
    from neurode.datasets import load_credit_default, make_loans

    loans = make_loans(20_000).drop("grade")
    for frame, target, epochs in (
        (loans, "problem_loan", 10),
        (load_credit_default(), "default_payment_next_month", 10),
    ):
        neuron, regression = compare("a quick look", frame, target, epochs)
        assert abs(neuron - regression) <= 0.003


def test_the_module_is_the_command():
    done = subprocess.run([sys.executable, "-m", "neurode", "--version"], capture_output=True, text=True)
    assert done.stdout.startswith("neurode, version")
