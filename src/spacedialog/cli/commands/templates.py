"""The commands that list and show the templates of reports."""

from __future__ import annotations

from typing import Annotated

import typer

from spacedialog import environment
from spacedialog.cli.completion import complete_template
from spacedialog.cli.help import Group
from spacedialog.cli.read_options import shows
from spacedialog.cli.requests import ReadRequest
from spacedialog.model.escapes import passage
from spacedialog.presentation.report import templates as templates_table
from spacedialog.render import template_files

app = typer.Typer()
templates = typer.Typer(
    cls=Group,
    help="""
    spacedialog templates list
    spacedialog templates show summary

    Use a template with report --template NAME. A file NAME.md.j2 in the folder templates, beside the configuration
    file, is found by its name, and replaces a built-in template of that name.
    """,
    rich_markup_mode=None,
)
app.add_typer(templates, name="templates")


@templates.command("list")
@shows
def list_(reading: ReadRequest) -> None:
    """
    spacedialog templates list
    """
    reading.show(templates_table(template_files.listed(environment.templates_folder())))


@templates.command("show")
def show(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The name of the template.", autocompletion=complete_template)
    ],
) -> None:
    """
    spacedialog templates show summary
    spacedialog templates show summary > summary.md.j2

    To change a template, save it as NAME.md.j2 in the folder templates beside the configuration file, and edit it.
    """
    file = template_files.find(name, environment.templates_folder())
    typer.echo(passage(file.read_text("utf-8", errors="replace")), nl=False)
