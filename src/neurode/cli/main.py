"""The command line. Commands parse, call the library once, and print; each is loaded when it is called."""

import sys
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from neurode import __version__
from neurode.errors import NeurodeError

COMMANDS = {
    "train": "Train and judge a network on a table.",
    "predict": "Score the rows of a table with a saved model.",
    "describe": "Show what each column of a table is.",
    "report": "Write the report of a run again, or its model card.",
    "explain": "Say where a prediction comes from.",
    "draw": "Draw a saved model.",
    "doctor": "Say why a network does not learn.",
}
"""Every command and what it does; a command's module has its name."""


class Commands(click.Group):
    """Loads a command's module when it is called, so that `--help` is quick, and prints our errors without.

    A traceback.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        return import_module(f"neurode.cli.{cmd_name}").command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = get_close_matches(args[0], COMMANDS, n=1) if args else []
            hint = f"\nhint: did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(
                f"{error.message}\n\ncommands: {', '.join(COMMANDS)}{hint}", ctx
            ) from error

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except NeurodeError as error:
            raise click.ClickException(str(error)) from error
        except MemoryError as error:
            raise click.ClickException(
                "not enough memory\nhint: use fewer rows or columns, or a smaller network"
            ) from error
        except KeyboardInterrupt:
            click.echo("\nStopped; nothing was written.", err=True)
            sys.exit(130)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="neurode")
def cli() -> None:
    """Artificial neural networks on tables, from a raw table to a judged decision.

    \b
    Example:
        neurode train loans.csv --target problem_loan
        neurode predict runs/last/model.neurode new_loans.csv -o scored.csv
    """
