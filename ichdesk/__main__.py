"""The entry point: the window, or the command line when a command is given."""

import multiprocessing
import sys
from pathlib import Path

from platformdirs import user_log_path

from ichdesk.core.logs import start_log

COMMANDS = (
    "backbones",
    "convert",
    "demo",
    "evaluate",
    "export",
    "formats",
    "health",
    "import",
    "info",
    "phantom",
    "predict",
    "report",
    "train",
)
_NO_QT = (
    "The window cannot open because Qt misses a system library ({}); on Debian or Ubuntu run "
    "“apt install libegl1 libgl1 libxkbcommon0 libfontconfig1 libdbus-1-3”."
)


def main() -> int:
    """Run ICHDesk with the arguments of the process and return its exit code."""
    multiprocessing.freeze_support()
    start_log(user_log_path("ichdesk", appauthor=False), "ichdesk.log")
    arguments = sys.argv[1:]
    try:
        return _run(arguments)
    except KeyboardInterrupt:  # while the imports are still running
        return 130
    except ImportError as error:
        if "PySide6" not in str(error) and ".so" not in str(error):
            raise
        print(_NO_QT.format(error.msg), file=sys.stderr)  # noqa: T201 - there is no window to say it
        return 2


def _run(arguments: list[str]) -> int:
    if arguments and (arguments[0] in COMMANDS or arguments[0].startswith("-")):
        from ichdesk.cli import run_command  # noqa: PLC0415 - the window must not wait for it

        return run_command(arguments)
    return _open_window([Path(argument) for argument in arguments])


def _open_window(files: list[Path]) -> int:
    """Show the window, or hand the files to the one that is open."""
    from ichdesk.ui.single_instance import take_place  # noqa: PLC0415 - the command line has none

    place = take_place(files)
    if place is None:
        return 0
    from ichdesk.ui.quick_start import quicken_imports  # noqa: PLC0415 - a second start has no Qt

    quicken_imports()
    from ichdesk.app import run, tell_stop  # noqa: PLC0415 - the command line must not wait for Qt

    try:
        return run(files, place)
    except Exception as error:  # noqa: BLE001 - the last chance to tell the user
        tell_stop(error)
        return 1


if __name__ == "__main__":
    sys.exit(main())
