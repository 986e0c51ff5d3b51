"""A file from the network: only when the user asks for it, whole and with the right hash."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ichdesk.core.atomic import replacing
from ichdesk.core.errors import UserError
from ichdesk.core.notes import os_reason
from ichdesk.protocol.messages import DownloadRef
from ichdesk.session.jobs import Progress

if TYPE_CHECKING:
    from http.client import HTTPResponse

_TIMEOUT_S = 10.0
_CHUNK_BYTES = 2**18
_TOLERANCE = 1.1  # sizes are stated with few digits
_HASH = re.compile(r"-([0-9a-f]{8,64})\.[a-z]+$")  # how PyTorch names its files
_INSTEAD = "or get the file on another computer and choose it here"


def download(what: DownloadRef, progress: Progress) -> Path:
    """Download a file to where it belongs; one that is there already is replaced.

    Args:
        what: The hash is the end of its name.
        progress: Called with (bytes so far, bytes in all); what it raises ends the download.

    Raises:
        UserError: There is no connection, the server refused, the file is not the right one, or
            it cannot be written.
    """
    target = Path(what.path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as file:
            digest = hashlib.sha256()
            for chunk in _chunks(what, progress):
                file.write(chunk)
                digest.update(chunk)
            if not digest.hexdigest().startswith(_expected_hash(what)):
                raise UserError(
                    f"What came from the network is not {target.name}; download it again, "
                    f"{_INSTEAD}."
                )
    except OSError as error:
        raise UserError(
            f"{target.name} cannot be written to {target.parent} ({os_reason(error)}); "
            "free some space or choose a file that you have."
        ) from error
    return target


def _chunks(what: DownloadRef, progress: Progress) -> Iterator[bytes]:
    """The bytes of the file, never many more than were stated."""
    # these load ssl, for which the window must not wait when it starts
    from http.client import HTTPException  # noqa: PLC0415
    from urllib.error import HTTPError  # noqa: PLC0415

    stated = int(what.size_mib * 2**20)
    done = 0
    try:
        with _open(what.url) as response:
            total = int(response.headers.get("Content-Length") or stated)
            while chunk := response.read(_CHUNK_BYTES):
                done += len(chunk)
                if done > _TOLERANCE * stated:
                    raise UserError(f"{what.url} is larger than it should be; {_INSTEAD}.")
                progress(done, total)
                yield chunk
    except HTTPError as error:
        raise UserError(
            f"{what.url} cannot be had now ({error.code}); try later, {_INSTEAD}."
        ) from error
    except (OSError, HTTPException, ValueError) as error:
        raise UserError(
            f"There is no connection to {urlsplit(what.url).hostname}; connect this computer to "
            f"the network and try again, {_INSTEAD}."
        ) from error


def _open(url: str) -> "HTTPResponse":
    from urllib.request import urlopen  # noqa: PLC0415

    if not url.startswith("https://"):
        raise ValueError("only https")
    response: HTTPResponse = urlopen(url, timeout=_TIMEOUT_S)  # noqa: S310 - https, checked above
    return response


def _expected_hash(what: DownloadRef) -> str:
    found = _HASH.search(what.path)
    if found is None:
        raise ValueError(f"{what.path} does not name its hash")
    return found[1]
