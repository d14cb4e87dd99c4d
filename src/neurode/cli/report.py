"""`neurode report`: the report or the model card of a run, once more, from its folder alone."""

import json
from dataclasses import replace
from pathlib import Path

import click


@click.command("report")
@click.argument("run", default="runs/last")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
              help="Where to; in the run folder if left out.")  # fmt: skip
@click.option("--format", "kind", metavar="FORMAT",
              help="html, the report, or markdown, the model card; by the ending of FILE.")  # fmt: skip
@click.option("--no-examples", is_flag=True, help="Leave out the example rows, which show their values.")
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON, and write nothing.")
def command(run: str, output: Path | None, kind: str | None, no_examples: bool, as_json: bool) -> None:
    """Write the report of RUN again: a run folder or a file in it, runs/last unless given.

    \b
    Example:
        neurode report runs/last -o for-the-committee.html --no-examples
        neurode report runs/last --format markdown
    """
    # Late, so that `--help` loads nothing heavy.
    from neurode.reporting import encode
    from neurode.runs.report import read_run, run_folder, write_reports

    records = read_run(run)
    if as_json:
        shown = [replace(record, examples=()) if no_examples else record for record in records]
        click.echo(json.dumps([encode(record) for record in shown], ensure_ascii=False))
        return
    for path in write_reports(records, run_folder(run), output, format=kind, examples=not no_examples):
        click.echo(str(path))
