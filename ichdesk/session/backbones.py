"""The list of backbones: asked of the worker, lengthened by files, completed by downloads."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ichdesk.protocol import messages as msg
from ichdesk.session.downloads import download
from ichdesk.session.editing import ProjectEditor
from ichdesk.session.jobs import Jobs, Post
from ichdesk.session.state import JobState, Level
from ichdesk.session.worker_client import Worker


@dataclass(slots=True)
class Waiting:
    """What was asked of the worker: a request, what to call it, and what comes next."""

    request_id: int
    busy_with: str = ""
    then: Callable[[str], None] = field(default=lambda _: None)


class Backbones:
    """What the chooser of backbones shows and does.

    Args:
        editor: The project whose backbone is chosen, and who is told of problems.
        worker: Takes requests.
        request_ids: Numbers for them.
        post: Runs a function on the session's thread, from any thread.
        changed: Called there after a change.
    """

    def __init__(
        self,
        editor: ProjectEditor,
        worker: Worker,
        request_ids: Iterator[int],
        post: Post,
        changed: Callable[[], None],
    ) -> None:
        self._editor = editor
        self._worker = worker
        self._request_ids = request_ids
        self._changed = changed
        self._jobs = Jobs(post, changed, editor.report)  # saving must not wait for a download
        self._waiting: Waiting | None = None
        self._is_outdated = False
        self._asked_for: str | None = None
        self.infos: tuple[msg.BackboneInfo, ...] = ()

    @property
    def busy_with(self) -> str:
        """What the worker was asked for and has not answered, such as "Measuring ResNet-18"."""
        return self._waiting.busy_with if self._waiting else ""

    @property
    def download_job(self) -> JobState | None:
        """The download under way, or None."""
        return self._jobs.state

    def info(self, spec: str) -> msg.BackboneInfo | None:
        """What is known of a backbone, or None."""
        return next((info for info in self.infos if info.spec == spec), None)

    def choose(self, spec: str) -> None:
        """Let the project use a backbone."""
        config = self._editor.project.config
        self._editor.set_config(replace(config, backbone=spec))

    def refresh(self) -> None:
        """Ask for the list as it is now, unless it is on its way."""
        if self._waiting is None:
            self._send(msg.ListBackbones)

    def ensure(self) -> None:
        """Ask for the list unless it was asked for since the worker and its device are these."""
        if self._asked_for != self._editor.project.config.device:
            self.refresh()

    def measure(self, info: msg.BackboneInfo) -> None:
        """Measure the speed of a backbone on the device of the project."""
        self._send(
            lambda number, device: msg.MeasureBackbone(number, device, info.spec),
            f"Measuring {info.title}",
        )

    def add_file(self, network: str, path: Path) -> None:
        """Check a backbone with weights from a file, remember it, and let the project use it."""
        project = self._editor.project

        def then(chosen: str) -> None:
            if self._editor.project is project:
                self.choose(chosen)
            else:
                self._editor.report(
                    f"{path.name} is in the list of image features now.", Level.INFO
                )

        self._send(
            lambda number, device: msg.AddBackbone(number, device, f"{network}:{path}"),
            f"Checking {path.name}",
            then,
        )

    def download(self, info: msg.BackboneInfo) -> None:
        """Download the weights of a backbone in the background."""
        what = info.download
        if what is None or self._jobs.state is not None:
            return

        def done(path: Path) -> None:
            self._editor.report(f"Downloaded {path.name} for {info.title}.", Level.INFO)
            self._is_outdated = True
            self._refresh_outdated()

        self._jobs.start(
            f"Downloading {info.title}", lambda progress: download(what, progress), done
        )

    def cancel_download(self) -> None:
        """Stop the download; what has come of it is deleted."""
        self._jobs.cancel()

    def handle(self, event: msg.BackbonesListed) -> None:
        """Take over a list, unless a later request will bring another."""
        waiting = self._waiting
        if waiting is None or waiting.request_id != event.request_id:
            return
        self._waiting = None
        if event.outcome is msg.Outcome.DONE:
            self.infos = event.backbones
        if event.error:
            self._editor.report(event.error)
        elif event.chosen:
            waiting.then(event.chosen)
        self._refresh_outdated()
        self._changed()

    def forget_requests(self) -> None:
        """Wait for no answer any more: the worker is gone."""
        self._waiting = None
        self._asked_for = None
        self._changed()

    def close(self) -> None:
        """Stop a download and wait for its thread."""
        self._jobs.close()

    def _refresh_outdated(self) -> None:
        """Ask again if something has changed since the list was asked for."""
        if self._is_outdated and self._waiting is None:
            self._is_outdated = False
            self.refresh()

    def _send(
        self,
        request: Callable[[int, str], msg.BackboneRequest],
        busy_with: str = "",
        then: Callable[[str], None] = lambda _: None,
    ) -> None:
        number, device = next(self._request_ids), self._editor.project.config.device
        self._waiting = Waiting(number, busy_with, then)
        self._asked_for = device
        self._worker.send(request(number, device))
        self._changed()
