"""`usher`: one program to run, serve, operate, measure and replay. Commands are imported when they are called."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "run": "router.cli.starting:run",
    "serve": "router.cli.starting:serve",
    "migrate": "router.cli.operating:migrate",
    "rebuild": "router.cli.operating:rebuild",
    "doctor": "router.cli.operating:doctor",
    "retention": "router.cli.operating:retention",
    "staff": "router.cli.staff:staff",
    "sessions": "router.cli.operating:sessions",
    "policy": "router.cli.policies:policy",
    "import": "router.cli.importing:imports",
    "parse": "router.cli.parsing:parse",
    "verify": "router.cli.parsing:verify",
    "explain": "router.cli.explaining:explain",
    "bot": "router.cli.bots:bot",
    "bench": "router.cli.measuring:bench",
    "replay": "router.cli.replaying:replay",
    "eval": "router.cli.understanding:evals",
    "knowledge": "router.cli.knowledge:knowledge",
    "journal": "router.cli.replaying:journal",
    "replay-chats": "router.cli.measuring:replay_chats",
}


class Lazy(click.Group):
    """A group whose commands are imported when they are asked for: `usher policy check` needs no server code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="usher")
def main() -> None:
    """Usher: every customer to the right person, at once.

    Exit status: 0 it holds, 1 it does not hold, 2 bad input.
    """
