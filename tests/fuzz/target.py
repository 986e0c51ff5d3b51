"""What a target of the fuzzer is, and what came of a case."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ichdesk.core.errors import UserError
from ichdesk.protocol.codec import ProtocolError
from tests.fuzz import mutations

QUOTED = re.compile(r"“[^”]*”?|'[^']*'|0x[0-9a-f]+|\d+")

held = ExitStack()  # what targets have started and keep, such as the processes that decode


@dataclass(frozen=True, slots=True)
class Target:
    """Something that reads bytes of any origin.

    Attributes:
        seeds: Makes whole files.
        mutate: Changes one of them.
        attempt: Reads the bytes, with a folder to write to; says in a word what came of it. It may
            raise UserError or ProtocolError, and nothing else.
    """

    seeds: Callable[[], list[bytes]]
    mutate: mutations.Mutate
    attempt: Callable[[bytes, Path], str]


def outcome(target: Target, data: bytes, folder: Path) -> str:
    """What came of a case, without the names and numbers in it."""
    try:
        return target.attempt(data, folder)
    except ProtocolError as error:  # for the log, and quotes anything
        return f"refused: {type(error.__cause__).__name__}"
    except UserError as error:
        sentence = str(error)
        assert str(folder) not in sentence, "a sentence with a path"
        return f"refused: {QUOTED.sub('#', sentence)[:120]}"


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for a while."""
    with TemporaryDirectory() as name:
        yield Path(name)
