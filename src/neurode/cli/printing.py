"""Tables on standard output: drawn in a terminal, plain lines in a pipe."""

import sys
from collections.abc import Collection, Sequence

import click


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> None:
    """Prints rows of text in columns.

    Args:
        headings: One a column.
        rows: Texts, one a column.
        right: Columns, from 0, whose texts end where they meet, as numbers do.
    """
    if not sys.stdout.isatty():
        from neurode.tables.schema import aligned

        click.echo(aligned([headings, *rows], right))
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place in right else "left", overflow="fold")
    for row in rows:
        # As `Text`, a name in square brackets is no style.
        table.add_row(*map(Text, row))
    Console().print(table)
