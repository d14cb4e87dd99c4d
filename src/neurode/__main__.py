"""`python -m neurode` is `neurode`."""

from neurode.cli.main import cli

cli(prog_name="neurode")
