"""The trainings that a project keeps: numbered, named and annotated, and bounded in number."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ichdesk.core.errors import UserError
from ichdesk.core.run import TrainingRun

MAX_RUNS = 20
MAX_MODELS_BYTES = 64 * 2**20
MAX_TITLE_LENGTH = 100
MAX_NOTE_LENGTH = 2_000
_FINGERPRINT_DIGITS = 8


@dataclass(frozen=True, slots=True, eq=False)
class KeptRun:
    """A training that ended well, with what its user says of it.

    Attributes:
        number: From 1, in the order of training; never given twice while the project is open.
        run: What was trained and what came of it.
        trained: When it ended, UTC, whole seconds; None if that is not known.
        name: Of the user's choice, "" for none.
        note: The user's, "" for none; may have several lines.
        data: Short SHA-256 of the images, class by class; equal for the same data, whatever the
            settings and the names.
    """

    number: int
    run: TrainingRun
    trained: datetime | None = None
    name: str = ""
    note: str = ""
    data: str = ""

    @property
    def title(self) -> str:
        """What sentences call it: "run 3", or "run 3, “Bone window”"."""
        return run_title(self.number, self.name)

    @property
    def is_marked(self) -> bool:
        """Whether its user gave it a name or a note, and so wants to keep it."""
        return bool(self.name or self.note)


@dataclass(frozen=True, slots=True, eq=False)
class RunBook:
    """Kept runs as an immutable value, in the order of training.

    Attributes:
        runs: Each with its number, ascending.
        present: Number of the run whose model the project uses; None if there is none.
        last: The highest number that was given so far.
    """

    runs: tuple[KeptRun, ...] = ()
    present: int | None = None
    last: int = 0

    def __iter__(self) -> Iterator[KeptRun]:
        return iter(self.runs)

    def __len__(self) -> int:
        return len(self.runs)

    def __getitem__(self, number: int) -> KeptRun:
        """The run with this number; KeyError if it is not kept."""
        for kept in self.runs:
            if kept.number == number:
                return kept
        raise KeyError(number)

    @staticmethod
    def of(run: TrainingRun | None, trained: datetime | None = None) -> "RunBook":
        """A book of one run, or of none."""
        return RunBook() if run is None else RunBook().add(run, trained)[0]

    @property
    def present_run(self) -> TrainingRun | None:
        """What was trained and is used now."""
        return None if self.present is None else self[self.present].run

    def before(self, number: int) -> TrainingRun | None:
        """The run that was trained before this one, of those that are kept."""
        earlier = [k.run for k in self.runs if k.number < number and not k.run.origin]
        return earlier[-1] if earlier else None

    def find(self, run: TrainingRun | None) -> KeptRun | None:
        """The entry of a run; None if it is not kept."""
        return next((kept for kept in self.runs if kept.run is run), None)

    def add(
        self, run: TrainingRun, trained: datetime | None
    ) -> tuple["RunBook", tuple[KeptRun, ...]]:
        """Append a run; also the runs that had to go for it.

        It becomes the present one, unless it is the answers of another model.

        Args:
            run: It ended well.
            trained: When, in UTC.
        """
        when = trained and trained.astimezone(UTC).replace(microsecond=0)
        number = self.last + 1
        kept = KeptRun(number, run, when, data=data_fingerprint(run))
        present = self.present if run.origin else number
        return RunBook((*self.runs, kept), present, number)._bounded()

    def put_back(self, kept: KeptRun) -> "RunBook":
        """With a run that was removed, at its old place."""
        runs = sorted((*self.runs, kept), key=lambda each: each.number)
        return replace(self, runs=tuple(runs))

    def remove(self, number: int) -> "RunBook":
        """Without a run.

        Raises:
            KeyError: It is not kept.
            UserError: It is the present one.
        """
        gone = self[number]
        if number == self.present:
            raise UserError(
                "The run whose model is in use cannot be removed; restore another run first, or "
                "train again."
            )
        return replace(self, runs=tuple(kept for kept in self.runs if kept is not gone))

    def use(self, number: int) -> "RunBook":
        """With another present run; KeyError if it is not kept."""
        return replace(self, present=self[number].number)

    def rename(self, number: int, name: str) -> "RunBook":
        """Give a run another name, "" for none.

        Raises:
            KeyError: It is not kept.
            UserError: The name cannot be used.
        """
        name = name.strip()
        if problem := title_problem(name):
            raise UserError(problem)
        kept = self[number]
        return self if name == kept.name else self._changed(replace(kept, name=name))

    def annotate(self, number: int, note: str) -> "RunBook":
        """Give a run another note, "" for none.

        Raises:
            KeyError: It is not kept.
            UserError: The note cannot be used.
        """
        note = note.strip()
        if problem := note_problem(note):
            raise UserError(problem)
        kept = self[number]
        return self if note == kept.note else self._changed(replace(kept, note=note))

    def _changed(self, changed: KeptRun) -> "RunBook":
        runs = (changed if kept.number == changed.number else kept for kept in self.runs)
        return replace(self, runs=tuple(runs))

    def _bounded(self) -> tuple["RunBook", tuple[KeptRun, ...]]:
        """Within the bounds: unmarked runs go first, then the oldest, but never the present one."""
        runs, gone = list(self.runs), list[KeptRun]()
        while len(runs) > MAX_RUNS or sum(len(k.run.model) for k in runs) > MAX_MODELS_BYTES:
            others = [kept for kept in runs if kept.number != self.present]
            if not others:
                break
            gone.append(min(others, key=lambda kept: (kept.is_marked, kept.number)))
            runs.remove(gone[-1])
        return replace(self, runs=tuple(runs)), tuple(gone)


NO_RUNS = RunBook()


def run_title(number: int, name: str) -> str:
    """What sentences call a run: "run 3", or "run 3, “Bone window”"."""
    return f"run {number}, “{name}”" if name else f"run {number}"


def data_fingerprint(run: TrainingRun) -> str:
    """Short SHA-256 of a run's images by content, class after class in the order of the model."""
    digest = hashlib.sha256()
    for _, samples in run.key[0]:
        digest.update(f"class {len(samples)}\n".encode())
        for sample in samples:
            digest.update(f"{sample.sha256}\n".encode())
    return digest.hexdigest()[:_FINGERPRINT_DIGITS]


def title_problem(name: str) -> str | None:
    """One sentence on why a run cannot be called so, or None."""
    if len(name) > MAX_TITLE_LENGTH:
        return f"The name of a run has at most {MAX_TITLE_LENGTH} characters; shorten it."
    if any(_is_control(c) for c in name):
        return "The name of a run cannot contain control characters; type it again."
    return None


def note_problem(note: str) -> str | None:
    """One sentence on why a note cannot be kept, or None."""
    if len(note) > MAX_NOTE_LENGTH:
        return f"A note has at most {MAX_NOTE_LENGTH:,} characters; shorten it."
    if any(_is_control(c) for c in note if c not in "\n\t"):
        return "A note cannot contain control characters; type it again."
    return None


def _is_control(c: str) -> bool:
    return ord(c) < 32 or ord(c) == 127 or 0xD800 <= ord(c) <= 0xDFFF
