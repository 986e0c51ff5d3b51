"""Seconds from the start of the process to a window that answers, and to a worker that is ready.

Nothing of the app is imported with this module, because the worker imports it, too, as it does the
entry point of the app.
"""

import json
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ichdesk.app import Desk


def main() -> int:
    """Start as `ichdesk` does, print seconds as JSON when the worker is ready, and end."""
    from ichdesk.ui.quick_start import quicken_imports

    quicken_imports()
    from ichdesk.app import execute

    return execute(show_and_measure)


def show_and_measure(desk: "Desk") -> None:
    """Show the window; the figures say when it was painted and when the worker was ready."""
    import psutil
    from PySide6.QtCore import QTimer

    from ichdesk.session.state import WorkerStatus

    process = psutil.Process()
    figures: dict[str, float] = {}

    def note_window() -> None:
        figures["window_s"] = time.time() - process.create_time()
        figures["window_processor_s"] = time.process_time()

    def note_worker(_: object) -> None:
        if desk.session.worker.status is WorkerStatus.READY and "worker_s" not in figures:
            figures["worker_s"] = time.time() - process.create_time()
            children = [child.cpu_times() for child in process.children()]
            figures["worker_processor_s"] = sum(times.user + times.system for times in children)
            print(json.dumps(figures), flush=True)
            desk.app.quit()

    # a timer of 0 ms fires once every event that waited, the first paint included, is handled
    desk.window.canvas.surface.first_painted.connect(lambda: QTimer.singleShot(0, note_window))
    desk.session.subscribe(note_worker)
    desk.window.show()


if __name__ == "__main__":
    main()
