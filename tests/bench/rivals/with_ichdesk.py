"""ICHDesk's training, by what its worker runs on StartTraining; the second one has new settings."""

import sys
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from job import BATCH, EPOCHS, RATES, Job, Watch, read_job, tell

from ichdesk.core.config import TrainConfig
from ichdesk.core.samples import ClassBin, Sample
from ichdesk.learn.features import THREADS
from ichdesk.protocol.messages import EpochEnded, Ints, Outcome, RunEnded, StartTraining
from ichdesk.protocol.runs import start_training
from ichdesk.worker.handlers import Handlers


def sample(path: Path) -> Sample:
    """A picture as a project knows it."""
    data = path.read_bytes()
    return Sample(path, 0, len(data), sha256(data).hexdigest())


def train(handlers: Handlers, request: StartTraining) -> tuple[RunEnded, Ints]:
    """Train to the end; also the last confusion matrix."""
    for event in handlers.handle(request):
        if isinstance(event, EpochEnded):
            confusion = event.confusion
        if isinstance(event, RunEnded):
            ended = event
    if ended.outcome is not Outcome.DONE:
        sys.exit(f"the training failed: {ended.error}")
    return ended, confusion


def measured(job: Job, classes: Sequence[ClassBin]) -> dict[str, float]:
    """Figures of both trainings."""
    handlers = Handlers()
    handlers.warm()  # as the app's worker does before the first click
    configs = [
        TrainConfig(EPOCHS, BATCH, rate, seed, job.backbone, "cpu", job.head)
        for seed, rate in enumerate(RATES)
    ]
    requests = [start_training(number, classes, config) for number, config in enumerate(configs)]
    watch = Watch()
    ended, confusion = train(handlers, requests[0])
    first_s, first_cpu_s = watch.look()
    train(handlers, requests[1])
    second_s, second_cpu_s = watch.look()
    return {
        "features_s": ended.seconds["features"],
        "first_s": first_s,
        "first_cpu_s": first_cpu_s,
        "second_s": second_s,
        "second_cpu_s": second_cpu_s,
        "tested": int(confusion.sum()),
    }


def main() -> None:
    """Measure and print one JSON object."""
    job = read_job()
    if job.threads != THREADS:
        sys.exit(f"ICHDesk computes with {THREADS} threads here; ask the others for as many.")
    classes = [
        ClassBin(files[0].parent.name, tuple(map(sample, files)), True) for files in job.classes
    ]
    tell(measured(job, classes))


if __name__ == "__main__":
    main()
