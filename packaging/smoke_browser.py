"""Open an exported page in Chromium and put pictures on it, over the pipe that its tools use."""

import fcntl
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from smoke_driver import NO_NETWORK, TIMEOUT_S, require

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_POLL_S = 0.1
_ANSWERS = """JSON.stringify([...document.querySelectorAll('.answer')].map((card) => [
  card.querySelector('h3').textContent,
  [...card.querySelectorAll('data')].map((bar) => Number(bar.value))]))"""


def browser() -> str | None:
    """The program, if there is one."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


def answers_of_page(page: Path, pictures: Sequence[Path]) -> dict[str, list[float]]:
    """The probabilities that the page shows for each picture, by the name of the file."""
    with _opened(page) as tab:
        tab.wait("document.documentElement.dataset.state === 'ready'", "the page to be ready")
        root = tab.ask("DOM.getDocument")["root"]["nodeId"]
        node = tab.ask("DOM.querySelector", nodeId=root, selector="input[type=file]")["nodeId"]
        tab.ask("DOM.setFileInputFiles", nodeId=node, files=[str(path) for path in pictures])
        shown = "document.querySelectorAll('.answer[data-done]').length"
        tab.wait(f"{shown} === {len(pictures)}", "the page's answers")
        return dict(json.loads(tab.value(_ANSWERS)))


class _Tab:
    """A tab of a browser, asked in JSON texts that end with a zero byte."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, back
        self._number = 0
        self._rest = b""
        self._session: dict[str, str] = {}

    def open(self, address: str) -> None:
        """Make the tab."""
        target = self.ask("Target.createTarget", url=address)["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = {"sessionId": attached["sessionId"]}

    def ask(self, method: str, **parameters: object) -> dict[str, Any]:
        """The answer to a command; events in between are passed over."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters, **self._session}
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            continue
        require("result" in answer, f"the browser refuses {method}: {answer.get('error')}")
        result: dict[str, Any] = answer["result"]
        return result

    def value(self, script: str) -> Any:
        """What a script gives."""
        return self.ask("Runtime.evaluate", expression=script)["result"].get("value")

    def wait(self, condition: str, what: str) -> None:
        """Until a script gives true."""
        start_s = time.monotonic()
        while not self.value(condition):
            require(time.monotonic() - start_s < 2 * TIMEOUT_S, f"waited for {what}")
            time.sleep(_POLL_S)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._back, 2**16)
            require(part, "the browser ended")
            self._rest += part
        text, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        return message


@contextmanager
def _opened(page: Path) -> Iterator[_Tab]:
    """A browser with a page in it and no network; it listens on its file 3 and answers on 4."""
    theirs, to, back, answers = map(_beyond_ten, (*os.pipe(), *os.pipe()))
    with tempfile.TemporaryDirectory(prefix="ichdesk-smoke-browser-") as profile:
        words = [str(browser()), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
        words += ["--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank"]
        shell = ["bash", "-c", f'exec "$@" 3<&{theirs} 4>&{answers}', "bash"]
        process = subprocess.Popen(
            [*shell, *NO_NETWORK, *words],
            pass_fds=(theirs, answers),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs)
        os.close(answers)
        try:
            tab = _Tab(to, back)
            tab.open(page.as_uri())
            yield tab
        finally:
            os.close(to)
            os.close(back)
            process.terminate()
            process.wait()


def _beyond_ten(number: int) -> int:
    """The same open file under a number that is in nobody's way."""
    moved = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(number)
    return moved
