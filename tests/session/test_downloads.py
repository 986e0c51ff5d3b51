"""A download is whole and right, or it leaves nothing and says why."""

import hashlib
import io
from email.message import Message
from pathlib import Path
from types import TracebackType
from urllib.error import HTTPError, URLError

import pytest

from ichdesk.archive import Cancelled
from ichdesk.core.errors import UserError
from ichdesk.protocol.messages import DownloadRef
from ichdesk.session import downloads
from ichdesk.session.downloads import download

CONTENT = bytes(range(256)) * 4096  # 1 MiB, more than one chunk
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Response(io.BytesIO):
    """What a server sends; breaks off with an error after so many bytes."""

    def __init__(self, content: bytes, error: Exception | None = None) -> None:
        super().__init__(content)
        self.headers = Message()
        self.headers["Content-Length"] = str(len(content))
        self.error = error

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        if not data and self.error:
            raise self.error
        return data

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


@pytest.fixture
def what(tmp_path: Path) -> DownloadRef:
    name = f"net-{DIGEST[:8]}.pth"
    return DownloadRef(f"https://x.org/{name}", 1.0, str(tmp_path / "hub" / "checkpoints" / name))


def serve(monkeypatch: pytest.MonkeyPatch, answer: Response | Exception) -> None:
    def open_(url: str) -> Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(downloads, "_open", open_)


def nothing_is_left(what: DownloadRef) -> bool:
    return not list(Path(what.path).parent.iterdir())


def test_a_file_arrives_whole_with_progress(
    what: DownloadRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(monkeypatch, Response(CONTENT))
    reports: list[tuple[int, int]] = []
    path = download(what, lambda done, total: reports.append((done, total)))
    assert path == Path(what.path)
    assert path.read_bytes() == CONTENT
    assert reports[-1] == (2**20, 2**20)
    assert len(reports) > 2


def test_a_wrong_hash_leaves_nothing(what: DownloadRef, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(monkeypatch, Response(CONTENT[:-1] + b"x"))
    with pytest.raises(UserError, match=r"is not net-.*download it again"):
        download(what, lambda *_: None)
    assert nothing_is_left(what)


def test_an_endless_file_is_stopped(what: DownloadRef, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(monkeypatch, Response(CONTENT * 3))
    with pytest.raises(UserError, match="larger than it should be"):
        download(what, lambda *_: None)
    assert nothing_is_left(what)


@pytest.mark.parametrize(
    "answer",
    [
        URLError("no route to host"),
        TimeoutError(),
        Response(CONTENT[:1000], ConnectionResetError()),
        Response(CONTENT[:1000], TimeoutError()),
    ],
)
def test_without_a_network_one_sentence_says_so(
    answer: Response | Exception, what: DownloadRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(monkeypatch, answer)
    with pytest.raises(UserError, match=r"There is no connection to x\.org; connect"):
        download(what, lambda *_: None)
    assert nothing_is_left(what)


def test_a_server_that_refuses_is_not_a_lost_network(
    what: DownloadRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    with HTTPError(what.url, 503, "busy", Message(), io.BytesIO()) as error:
        serve(monkeypatch, error)
        with pytest.raises(UserError, match="cannot be had now \\(503\\)"):
            download(what, lambda *_: None)


def test_cancel_leaves_nothing(what: DownloadRef, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(monkeypatch, Response(CONTENT))

    def cancel(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        download(what, cancel)
    assert nothing_is_left(what)


def test_a_place_that_cannot_be_written_to(tmp_path: Path, what: DownloadRef) -> None:
    (tmp_path / "hub").write_text("a file where a folder should be")
    with pytest.raises(UserError, match="cannot be written to"):
        download(what, lambda *_: None)


def test_only_https_is_spoken(what: DownloadRef) -> None:
    with pytest.raises(UserError, match="no connection"):
        download(DownloadRef("file:///etc/passwd", 1.0, what.path), lambda *_: None)
