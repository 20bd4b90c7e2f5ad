"""Become another program that dies with its parent: `python -I -S die_with_parent.py PARENT_PID PROGRAM ARGUMENT…`.

Run as a script in the child, after fork and exec: doing this between the two (`preexec_fn`) can deadlock in a parent
that has threads. Linux sends the signal when the *thread* that forked the child ends, so the parent forks from a
thread that lives as long as it does.
"""

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1
"""From linux/prctl.h; the wish survives exec."""


def main(parent: int, command: list[str]) -> None:
    """Replace this process by `command`, to be killed when `parent` is gone. Does not return."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
    if os.getppid() != parent:  # it ended before we asked
        sys.exit("the parent process is gone")
    os.execv(command[0], command)  # noqa: S606 - no shell wanted: this process becomes the broker


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
