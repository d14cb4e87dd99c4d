"""`neurode doctor`: why the network of a run does not learn."""

import json
from pathlib import Path

import click


@click.command("doctor")
@click.argument("run", default="runs/last", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(run: Path, as_json: bool) -> None:
    """Say why the network of RUN does not learn: what was found, what it means, and the change to try.

    RUN is a run folder, or a file in one; the newest run in this folder if left out.

    \b
    Example:
        neurode doctor runs/last
    """
    from neurode.diagnosis import Diagnosis
    from neurode.errors import FileError

    if run.is_file():
        folders = [folder for folder in run.absolute().parents if (folder / "diagnosis.json").is_file()]
        if not folders:
            raise FileError(
                f"{str(run)!r} is a file, and in no run folder",
                hint="give a run folder, which `neurode train` made",
            )
        run = folders[0]
    path = run / "diagnosis.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        hint = (
            "it is of a neurode before this one: train again"
            if (run / "config.json").exists()
            else "give a run folder, which `neurode train` made"
        )
        raise FileError(f"cannot read {str(path)!r}: {error.strerror or error}", hint=hint) from error
    except ValueError as error:
        raise FileError(
            f"{str(path)!r} is no JSON document: {error}", hint="train again, or restore the file"
        ) from error
    diagnosis = Diagnosis.from_json(document)
    click.echo(json.dumps(diagnosis.to_json()) if as_json else str(diagnosis))
