"""Seconds from the start of the process to a window that has been painted and answers."""

import json
import time

import psutil
from PySide6.QtCore import QTimer

from ichdesk.app import build


def main() -> None:
    """Show the window once and print the time as JSON."""
    desk = build()

    def report() -> None:
        print(json.dumps({"start_s": time.time() - psutil.Process().create_time()}), flush=True)
        desk.app.quit()

    # a timer of 0 ms fires once every event that waited, the first paint included, is handled
    desk.window.canvas.surface.first_painted.connect(lambda: QTimer.singleShot(0, report))
    desk.window.show()
    desk.app.exec()
    desk.close()


if __name__ == "__main__":
    main()
