"""`erasures` and `erase-again` on the command line: the list that a backup takes along, and what a restore does with it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import click
from sqlalchemy.orm import Session

from shared import erasures
from shared.db import Database
from shared.erasures import Erasure
from shared.settings import ServiceSettings

Load = Callable[[], ServiceSettings]
Open = Callable[[ServiceSettings, str], Database]
EraseAgain = Callable[[Session, Sequence[Erasure]], int]


def erasures_command(load: Load, open_database: Open) -> click.Command:
    """`erasures`."""

    @click.command(name="erasures", help="Who was erased, a line each, without saying whose it is.")
    def list_erasures() -> None:
        with open_database(load(), "erasures").reading() as session:
            for erasure in erasures.listed(session):
                click.echo(erasure.line())

    return list_erasures


def erase_again_command(load: Load, open_database: Open, erase_again: EraseAgain) -> click.Command:
    """`erase-again`."""

    @click.command(name="erase-again", help="After a restore: erase once more whoever the file lists.")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def again(file: Path) -> None:
        try:
            wanted = list(erasures.read(file))
        except ValueError as error:
            raise click.ClickException(f"{file} is no list of erasures: {error}") from None
        with open_database(load(), "erase-again").transaction() as session:
            number = erase_again(session, wanted)
        click.echo(f"{number} erased again, of {len(wanted)} on the list")

    return again
