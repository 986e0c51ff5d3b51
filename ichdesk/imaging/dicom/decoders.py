"""Compressed frames decoded in processes of their own, which a damaged file may take down."""

import json
import multiprocessing
import os
from collections.abc import Mapping
from multiprocessing.connection import Connection
from queue import SimpleQueue
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ichdesk.core.errors import UserError

_MOST_PROCESSES = 4
_SECONDS_FOR_ONE = 60
_SECONDS_TO_END = 2


class Compressed(NamedTuple):
    """A frame to decode.

    Attributes:
        syntax: The transfer syntax.
        plugin: Name of pydicom's plug-in for it.
        options: What the header says of the pixels, as pydicom's decoders want it.
        data: The compressed bytes.
    """

    syntax: str
    plugin: str
    options: Mapping[str, Any]
    data: bytes


class Decoders:
    """A few processes that decode, started when they are needed first.

    The decoders are C libraries that read files of unknown origin. Where one crashes or does not
    come to an end, only its process is lost. Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._free: SimpleQueue[_Child | None] = SimpleQueue()
        self._count = min(_MOST_PROCESSES, os.cpu_count() or 1)
        for _ in range(self._count):
            self._free.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the processes; nobody may be decoding any more."""
        for _ in range(self._count):
            if child := self._free.get():
                child.close()

    def decode(self, frame: Compressed) -> npt.NDArray[Any]:
        """The pixels of a frame, (H, W) or (H, W, 3).

        Raises:
            UserError: The frame is damaged.
        """
        child = self._free.get()
        try:
            child = child or _Child()
            pixels = child.decode(frame)
        except (EOFError, OSError) as error:
            if child:
                child.close()
            child = None  # the next one starts a new process
            raise _damaged() from error
        finally:
            self._free.put(child)
        if pixels is None:
            raise _damaged()
        return pixels


class _Child:
    """One process and the pipe to it."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()  # or its death would go unnoticed

    def decode(self, frame: Compressed) -> npt.NDArray[Any] | None:
        self._pipe.send_bytes(_header(frame))
        self._pipe.send_bytes(frame.data)
        if not self._pipe.poll(_SECONDS_FOR_ONE):
            raise EOFError
        kind, *shape = self._pipe.recv_bytes().decode("ascii").split()
        if not shape:
            return None
        return np.frombuffer(self._pipe.recv_bytes(), kind).reshape([int(side) for side in shape])

    def close(self) -> None:
        self._pipe.close()
        self._process.join(_SECONDS_TO_END)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


def _damaged() -> UserError:
    return UserError("The picture in the DICOM file is damaged and cannot be read.")


def _header(frame: Compressed) -> bytes:
    """All but the pixels; the offsets of other frames are nothing to this one."""
    options = {key: said for key, said in frame.options.items() if key != "extended_offsets"}
    return json.dumps([frame.syntax, frame.plugin, options]).encode("ascii")


def _serve(pipe: Connection) -> None:
    """Answer until the pipe ends; plain bytes go back, so that nothing can be smuggled in them."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # libraries quote what they find
    from ichdesk.imaging.dicom.decoding import decoded  # noqa: PLC0415 - only this process needs it

    while True:
        try:
            syntax, plugin, options = json.loads(pipe.recv_bytes())
            frame = Compressed(syntax, plugin, options, pipe.recv_bytes())
        except EOFError:
            return
        try:
            pixels = np.ascontiguousarray(decoded(frame))
            shape = " ".join(map(str, pixels.shape))
        except BaseException:  # noqa: BLE001 - one library's panics are no exceptions
            pipe.send_bytes(b"damaged")
        else:
            pipe.send_bytes(f"{pixels.dtype.str} {shape}".encode("ascii"))
            pipe.send_bytes(pixels.tobytes())
