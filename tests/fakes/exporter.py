"""An export format that never gets anywhere."""

from itertools import count
from threading import Event

from ichdesk.learn.exporters import Stages, Subject, exporter

NAME = "endless"


@exporter(NAME, "Endless", "For tests.")
def endless(_: Subject) -> Stages:
    """Goes on until somebody stops it."""
    for number in count():
        yield f"Round {number}"
        Event().wait(0.01)
    return {}
