"""The command `digest`, and `python -m digest`: Ctrl-C ends it at once and quietly, even while it loads."""

from __future__ import annotations

import os
import signal
import sys

INTERRUPTED = 130
"""What a shell says of a command that Ctrl-C ended."""


def main() -> None:
    """Load the program, then run what was typed."""
    asked = signal.getsignal(signal.SIGINT)
    if asked is signal.default_int_handler:  # else a parent wants it ignored, as nohup does
        signal.signal(signal.SIGINT, lambda _signal, _frame: os._exit(INTERRUPTED))  # nothing is open yet
    from digest.cli import main as run

    signal.signal(signal.SIGINT, asked)
    try:
        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
