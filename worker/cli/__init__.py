"""The command line. Each command is one module of this package with a function `command`, or a Typer `app` of its own.

Modules are loaded when their command is called: `newsmill extract` never imports Kafka. Exit codes: 0 done, 1 the work
failed, 2 wrong use or configuration; `newsmill run` has a few of its own (see its help).
"""

import sys
from importlib import import_module
from typing import Final

COMMANDS: Final = {
    "run": "The worker: a supervisor and its consumer processes.",
    "demo": "The whole way of a few pages on a local Kafka, shown.",
    "extract": "JSON lines in on standard input, one answer a line out.",
    "process": "The same core over files, without Kafka.",
    "profile": "Files to site profiles: what the pages of each host have in common.",
    "feed": "Files into the pages topic.",
    "inspect": "An html view of what was decided about a page, and why.",
    "replay": "Dead letters back into the pages topic.",
    "audit": "Proof that every page came out exactly once.",
    "rollup": "The second consumer: page metrics to sums per source.",
    "profiler": "The third consumer: page metrics to site profiles.",
    "top": "What a running worker is doing, in the terminal.",
    "topics": "Make the topics, or check them.",
    "broker": "A real Apache Kafka on this machine, without Docker.",
    "check": "Check the configuration, the brokers and the topics before a start.",
}
"""Name -> one line of help, in the order of the help page."""


def main() -> None:
    """Entry point of the console script: `newsmill COMMAND …`."""
    arguments = sys.argv[1:]
    if arguments and arguments[0] in COMMANDS:
        _run(arguments[0], arguments[1:])
    elif arguments in (["--version"], ["-V"]):
        from worker import VERSION  # noqa: PLC0415 - reads package metadata, needed here alone

        print(f"newsmill {VERSION}")  # noqa: T201 - the command's output
    elif not arguments or arguments[0] in ("--help", "-h", "help"):
        print(_overview())  # noqa: T201 - the command's output
    else:
        sys.exit(_unknown(arguments[0]))


def _run(name: str, arguments: list[str]) -> None:
    import typer  # noqa: PLC0415 - half of the start-up time of `--version`

    module = import_module(f"worker.cli.{name}")
    app = getattr(module, "app", None)
    if app is None:
        app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        app.command()(module.command)
    app(args=arguments, prog_name=f"newsmill {name}")


def _overview() -> str:
    lines = [f"  {name:9} {line}" for name, line in COMMANDS.items()]
    head = "A stream worker for news: raw pages in, clean articles out, each exactly once."
    return "\n".join(
        ["Usage: newsmill COMMAND [OPTIONS]", "", head, "", *lines, "", "newsmill COMMAND --help says more."]
    )


def _unknown(name: str) -> int:
    from difflib import get_close_matches  # noqa: PLC0415 - only on the way out with an error

    near = get_close_matches(name, COMMANDS, 1)
    hint = f"; did you mean {near[0]!r}?" if near else f"; expected one of {', '.join(COMMANDS)}"
    print(f"newsmill: no such command {name!r}{hint}", file=sys.stderr)  # noqa: T201 - the command's error
    return 2
