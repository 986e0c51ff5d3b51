"""The jobs of the window without a window."""

from ichdesk.cli.commands import app, run_command

__all__ = ["app", "run_command"]
