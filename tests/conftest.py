"""Tests need no display and leave nothing in the folders of the person who runs them."""

import atexit
import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

# the same examples each time, and no clock: a busy computer is not a broken program
settings.register_profile("ichdesk", deadline=None, derandomize=True)
settings.load_profile("ichdesk")

_home = Path(tempfile.mkdtemp(prefix="ichdesk-tests-"))
atexit.register(shutil.rmtree, _home, ignore_errors=True)

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["OMP_NUM_THREADS"] = "1"  # two processes test, and their threads would collide
for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
    os.environ[name] = str(_home / name.lower())
runtime = _home / "run"  # short, for paths of sockets must be
runtime.mkdir(mode=0o700)
os.environ["XDG_RUNTIME_DIR"] = str(runtime)


gc.disable()  # on the threads that tests start it could end Qt objects; see ichdesk.ui.garbage


def pytest_runtest_teardown() -> None:
    """Collect here what Python would collect anywhere."""
    counts, limits = gc.get_count(), gc.get_threshold()
    full = [n for n in range(3) if counts[n] > limits[n]]
    if full:
        gc.collect(full[-1])


def pytest_unconfigure() -> None:
    """Let Python tidy up when it ends."""
    gc.enable()


@pytest.fixture(scope="session")
def qapp_cls() -> type:
    """Tests of widgets run in the application of the app."""
    from ichdesk.app import DeskApplication

    return DeskApplication
