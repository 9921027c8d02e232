"""`nyord web`: the web app's own commands, with the Node that the bank brings."""

from __future__ import annotations

import os
import sys

import typer

from app import cli_support as support

app = typer.Typer(name="web", help="The web app: build it, or run npm on it.", no_args_is_help=True)


def build_or_explain() -> None:
    """See that the web app is built; where that can't be, say why in one sentence and go on without."""
    from app.web.build import DIST, bring_up_to_date
    from app.web.errors import BuildFailed

    try:
        bring_up_to_date(_say)
    except BuildFailed as error:
        kept = "with the app as it was built before" if (DIST / "index.html").exists() else "without it"
        _say(f"{str(error).removesuffix('.')}; the bank comes up {kept}.")


@app.command()
def build() -> None:
    """Build the web app if its sources have changed. A running bank serves the new one from the next page on."""
    from app.web.build import bring_up_to_date
    from app.web.errors import BuildFailed

    try:
        built = bring_up_to_date(_say)
    except BuildFailed as error:
        sys.stderr.write(error.output)
        support.fail(str(error))
    _say("The web app is built." if built else "The web app is built already; nothing has changed since.")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def npm(context: typer.Context) -> None:
    """Run npm in frontend/: `nyord web npm run dev`. The packages are installed first, if they aren't."""
    from app.web import node
    from app.web.build import FRONTEND, install_packages
    from app.web.errors import BuildFailed

    try:
        if context.args[:1] in (["run"], ["test"], ["exec"]):
            install_packages(_say)
        command, environment = node.npm(*context.args), node.environment()
    except BuildFailed as error:
        sys.stderr.write(error.output)
        support.fail(str(error))
    os.chdir(FRONTEND)
    os.execve(command[0], command, environment)  # noqa: S606


def _say(text: str) -> None:
    print(text, flush=True)
