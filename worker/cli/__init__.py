"""The command line. Each command is one module of this package with a function `command`, or a Typer `app` of its own.

Modules are loaded when their command is called: `newsmill extract` never imports Kafka. Exit codes: 0 done, 1 the work
failed, 2 wrong use or configuration, 130 broken off by ctrl-c; `newsmill run` has a few of its own (see its help).
"""

import errno
import os
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
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What the standard output answers with when it takes no more."""
_BROKEN_OFF: Final = 130
"""Exit code of what ctrl-c ended, as shells have it."""


def main() -> None:
    """Entry point of the console script: `newsmill COMMAND …`."""
    try:
        _open_all_standard_files()
        _command(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(_BROKEN_OFF)
    except OSError as error:
        if error.errno not in _NO_ROOM or error.filename is not None:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is left in the buffer has nowhere to go
        sys.exit(f"newsmill: cannot write to standard output: {error.strerror}")


def _open_all_standard_files() -> None:
    """A standard file that the caller has closed is empty, or takes everything; else the next file would be it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))


def _command(arguments: list[str]) -> None:
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
