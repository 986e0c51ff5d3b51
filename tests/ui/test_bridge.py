"""The bridge crosses threads and does not flood the views."""

import threading

from ichdesk.session.state import Change
from ichdesk.ui.bridge import Bridge


def test_posted_functions_run_on_the_main_thread(qtbot, qapp):
    bridge, ran = Bridge(), []
    thread = threading.Thread(
        target=lambda: bridge.post(lambda: ran.append(threading.current_thread()))
    )
    thread.start()
    thread.join()
    assert ran == []
    qtbot.waitUntil(lambda: ran == [threading.main_thread()])


def test_first_change_is_told_at_once_and_the_next_ones_together(qtbot, qapp):
    bridge, told = Bridge(), []
    bridge.subscribe(told.append)
    bridge.on_change(Change.RUN)
    assert told == [Change.RUN]
    bridge.on_change(Change.RUN)
    bridge.on_change(Change.JOB)
    assert told == [Change.RUN]
    qtbot.waitUntil(lambda: told == [Change.RUN, Change.RUN | Change.JOB])


def test_edits_are_told_at_once(qtbot, qapp):
    bridge, told = Bridge(), []
    bridge.subscribe(told.append)
    bridge.on_change(Change.RUN)
    bridge.on_change(Change.JOB)
    bridge.on_change(Change.PROJECT)
    assert told == [Change.RUN, Change.JOB | Change.PROJECT]


def test_nothing_runs_after_close(qtbot, bridge):
    ran = []
    bridge.subscribe(ran.append)
    bridge.on_change(Change.RUN)
    bridge.on_change(Change.JOB)
    bridge.post(lambda: ran.append("posted"))
    bridge.close()
    later = Bridge()
    later.post(lambda: later.post(lambda: ran.append("end")))
    qtbot.waitUntil(lambda: "end" in ran)
    assert ran == [Change.RUN, "end"]


def test_closed_bridge_tells_nobody(qtbot, qapp):
    bridge, told = Bridge(), []
    bridge.subscribe(told.append)
    bridge.on_change(Change.RUN)
    bridge.on_change(Change.JOB)
    bridge.close()
    bridge.on_change(Change.PROJECT)
    assert told == [Change.RUN]
