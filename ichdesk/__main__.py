"""The entry point: the window, or the command line when a command is given."""

import multiprocessing
import sys
from pathlib import Path

COMMANDS = ("convert", "demo", "evaluate", "info", "phantom", "predict", "train")


def main() -> int:
    """Run ICHDesk with the arguments of the process and return its exit code."""
    multiprocessing.freeze_support()
    arguments = sys.argv[1:]
    if arguments and (arguments[0] in COMMANDS or arguments[0].startswith("-")):
        from ichdesk.cli import run_command  # noqa: PLC0415 - the window must not wait for it

        return run_command(arguments)
    from ichdesk.app import run  # noqa: PLC0415 - the command line must not wait for Qt

    return run([Path(argument) for argument in arguments])


if __name__ == "__main__":
    sys.exit(main())
