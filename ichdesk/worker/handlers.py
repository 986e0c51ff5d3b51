"""Requests to events: what the worker does, without the pipe; the command line uses it too."""

import logging
from collections.abc import Generator, Iterator
from dataclasses import replace
from functools import partial
from time import monotonic

import numpy as np
import torch

from ichdesk.core.config import DEFAULT_BACKBONE, TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.core.split import Split
from ichdesk.learn.backbones import BACKBONES
from ichdesk.learn.devices import available_devices, one_cpu_thread, resolve_device
from ichdesk.learn.experiment import (
    DataSet,
    Training,
    prepare_training,
    read_data_set,
    refuse_too_few,
)
from ichdesk.learn.features import (
    BATCH,
    THREADS,
    Cancelled,
    Extractor,
    FeatureCache,
    extract,
)
from ichdesk.learn.fit import EpochResult
from ichdesk.learn.model import (
    Model,
    load_extractor,
    model_bytes,
    read_model,
    require_fingerprint,
)
from ichdesk.learn.pixels import SIDE_PX
from ichdesk.learn.split_report import split_facts
from ichdesk.protocol.messages import (
    PROTOCOL_VERSION,
    AddBackbone,
    BackbonesListed,
    Cancel,
    Event,
    FeaturesProgressed,
    Floats,
    FormatsListed,
    ImagesPrepared,
    ListBackbones,
    ListFormats,
    LoadModel,
    MeasureBackbone,
    ModelLoaded,
    ModelSaved,
    ModelTried,
    ObservationEnded,
    Observe,
    Outcome,
    Predict,
    PredictionEnded,
    PrepareImages,
    RepeatsEnded,
    RepeatTraining,
    Request,
    RunEnded,
    SaveModel,
    Shutdown,
    SplitMade,
    StartTraining,
    TrainingRequest,
    TryModel,
    WorkerReady,
    WorkRequest,
)
from ichdesk.worker.backbones import BackboneDesk
from ichdesk.worker.cancellations import Cancellations
from ichdesk.worker.exports import formats, saved
from ichdesk.worker.observations import observations, scene
from ichdesk.worker.repeats import repeats
from ichdesk.worker.translation import (
    as_events,
    batch_ended,
    config_of,
    epoch_ended,
    named_samples,
    samples_of,
)
from ichdesk.worker.trials import tried

_log = logging.getLogger(__name__)

_SECONDS_BETWEEN_BATCH_EVENTS = 0.05
_TERMINAL_EVENTS = {
    StartTraining: RunEnded,
    RepeatTraining: RepeatsEnded,
    Observe: ObservationEnded,
    PrepareImages: ImagesPrepared,
    Predict: PredictionEnded,
    SaveModel: ModelSaved,
    LoadModel: ModelLoaded,
    TryModel: ModelTried,
    ListFormats: FormatsListed,
    ListBackbones: BackbonesListed,
    MeasureBackbone: BackbonesListed,
    AddBackbone: BackbonesListed,
}
_OUT_OF_MEMORY = (
    "The computer ran out of memory; close other programs, use fewer images or a smaller batch, "
    "and try again."
)
_UNEXPECTED = (
    "Something unexpected went wrong while working on this; try again, and start ICHDesk anew if "
    "it happens twice."
)
_OTHER_MODEL = (
    "The trained model in the project does not fit its settings and was left out; train again."
)


class Handlers:
    """Answers requests, one at a time; keeps the current model and the features of images.

    Args:
        cancelled: Requests to stop; filled by another thread, or by `cancel`.
    """

    def __init__(self, cancelled: Cancellations | None = None) -> None:
        self._cache = FeatureCache()
        self._cancelled = cancelled or Cancellations()
        self._model: Model | None = None
        self._model_extractor: Extractor | None = None
        self._default: dict[str, Extractor] = {}  # the shipped backbone by device, to load it once

    @property
    def model(self) -> Model | None:
        """The model of the last training that was not cancelled and did not fail."""
        return self._model

    def ready(self) -> WorkerReady:
        """The first message: what this worker can do."""
        devices = available_devices()
        return WorkerReady(
            PROTOCOL_VERSION,
            tuple(device.name for device in devices),
            tuple(device.label for device in devices),
            tuple(BACKBONES.names()),
        )

    def warm(self) -> None:
        """Load what the first request is likely to need, so that it is quick."""
        try:
            extractor = self._extractor(DEFAULT_BACKBONE, "auto")
            with one_cpu_thread():
                extractor.run(np.zeros((1, SIDE_PX, SIDE_PX, 3), np.uint8))
        except Exception as error:  # noqa: BLE001 - the request itself will tell
            _log.warning("could not warm up: %s", error)

    def cancel(self, request_id: int) -> None:
        """Stop a request soon, or before it starts; may be called from any thread."""
        self._cancelled.add(request_id)

    def handle(self, request: Request) -> Iterator[Event]:
        """Do what a request asks for.

        Yields:
            Events; the last one, and only that, is terminal, whatever happens on the way.
        """
        if isinstance(request, Cancel | Shutdown):
            if isinstance(request, Cancel):
                self.cancel(request.request_id)
            return
        ended = _TERMINAL_EVENTS[type(request)]
        try:
            self._stop_if_cancelled(request.request_id)
            yield from self._answer(request)
        except Cancelled:
            yield ended(request.request_id, Outcome.CANCELLED)
        except Exception as error:  # noqa: BLE001 - every request must end
            yield ended(request.request_id, Outcome.FAILED, _sentence(error))
        finally:
            self._cancelled.discard(request.request_id)

    def _answer(self, request: WorkRequest) -> Iterator[Event]:
        match request:
            case StartTraining():
                yield from self._train(request)
            case RepeatTraining():
                yield from self._repeat(request)
            case Observe():
                yield from self._observe(request)
            case PrepareImages():
                yield from self._prepare(request)
                yield ImagesPrepared(request.request_id, Outcome.DONE)
            case Predict():
                probabilities = self._predict(request)
                yield PredictionEnded(request.request_id, Outcome.DONE, None, probabilities)
            case SaveModel():
                yield from self._save(request)
                yield ModelSaved(request.request_id, Outcome.DONE)
            case TryModel():
                yield from self._try_model(request)
            case ListFormats():
                yield FormatsListed(request.request_id, Outcome.DONE, None, formats())
            case LoadModel():
                self._load(request)
                yield ModelLoaded(request.request_id, Outcome.DONE)
            case ListBackbones() | MeasureBackbone() | AddBackbone():
                desk = BackboneDesk(lambda: request.request_id in self._cancelled)
                yield desk.answer(request)

    def _train(self, request: StartTraining) -> Iterator[Event]:
        start = monotonic()
        data, extractor = yield from self._read(request)
        features_done = monotonic()
        config = config_of(request.settings)
        training = prepare_training(data, config)
        yield self._split_made(request, data, training.split, extractor)
        with one_cpu_thread():
            yield from self._run(request.request_id, training)
        labels = tuple(entry.name for entry in request.classes)
        backbone = extractor.backbone
        model = Model(
            training.head, labels, request.settings.backbone, backbone.fingerprint, extractor.steps
        )
        probabilities = model.classify(training.test.x.numpy())
        self._model, self._model_extractor = model, extractor
        seconds = {"features": features_done - start, "train": monotonic() - features_done}
        numbers = tuple(str(number) for number in range(len(labels)))
        file = np.frombuffer(model_bytes(replace(model, labels=numbers)), np.uint8)
        yield RunEnded(request.request_id, Outcome.DONE, None, seconds, probabilities, file)

    def _repeat(self, request: RepeatTraining) -> Iterator[Event]:
        data, extractor = yield from self._read(request)
        config = config_of(request.settings)
        seed = config.seed if request.same_split else 0
        split = data.split(seed, data.rule(config.split))
        yield self._split_made(request, data, split, extractor)
        with one_cpu_thread():
            cancelled = self._cancelled
            yield from repeats(request, data, config, lambda: request.request_id in cancelled)

    def _observe(self, request: Observe) -> Iterator[Event]:
        data, extractor = yield from self._read(request)
        config, cancelled = config_of(request.settings), self._cancelled
        seen = scene(request, data, extractor, config, lambda: request.request_id in cancelled)
        with one_cpu_thread():
            yield from observations(request, seen)

    def _prepare(self, request: PrepareImages) -> Iterator[Event]:
        extractor = self._extractor_for(config_of(request.settings))
        cancelled = self._cancelled
        reading = extract(
            samples_of(request.samples),
            extractor,
            self._cache,
            lambda: request.request_id in cancelled,
            threads=max(1, THREADS - 1),  # of which one is left to the window
        )
        yield from as_events(request.request_id, reading)

    def _read(
        self, request: TrainingRequest
    ) -> Generator[FeaturesProgressed, None, tuple[DataSet, Extractor]]:
        """Check the request and compute the features, with progress."""
        config = config_of(request.settings)
        classes = [named_samples(request, index) for index in range(len(request.classes))]
        refuse_too_few(classes)
        extractor = self._extractor_for(config)
        reading = read_data_set(
            classes, extractor, self._cache, lambda: request.request_id in self._cancelled
        )
        data = yield from as_events(request.request_id, reading)
        return data, extractor

    def _split_made(
        self, request: TrainingRequest, data: DataSet, split: Split, extractor: Extractor
    ) -> SplitMade:
        rule = data.rule(request.settings.split)
        tick = partial(self._stop_if_cancelled, request.request_id)
        facts = split_facts(data, split, rule, tick)
        device = extractor.device.type
        return SplitMade(
            request.request_id, split.train, split.test, device, data.unreadable, facts
        )

    def _run(self, request_id: int, training: Training) -> Iterator[Event]:
        """Events of a training; batches are thinned, epochs are not."""
        next_batch_event = 0.0
        for result in training.results:
            self._stop_if_cancelled(request_id)
            if isinstance(result, EpochResult):
                yield epoch_ended(request_id, result)
            elif (now := monotonic()) >= next_batch_event:
                next_batch_event = now + _SECONDS_BETWEEN_BATCH_EVENTS
                yield batch_ended(request_id, result)

    def _predict(self, request: Predict) -> Floats:
        if self._model is None or self._model_extractor is None:
            raise UserError("There is no trained model yet; train one first.")
        model, extractor = self._model, self._model_extractor
        parts = [np.zeros((0, len(model.labels)), np.float32)]
        for start in range(0, len(request.images), BATCH):
            self._stop_if_cancelled(request.request_id)
            with one_cpu_thread():
                parts.append(model.predict(request.images[start : start + BATCH], extractor))
        return np.concatenate(parts)

    def _save(self, request: SaveModel) -> Iterator[Event]:
        model = self._model
        if model is None:
            raise UserError("There is no trained model to save; train one first.")
        if len(request.labels) != len(model.labels):
            raise UserError("The classes have changed since the training; train again, then save.")
        yield from saved(request, model, partial(self._stop_if_cancelled, request.request_id))

    def _load(self, request: LoadModel) -> None:
        self._model = self._model_extractor = None
        config = config_of(request.settings)
        model = read_model(request.model.tobytes(), "The trained model in the project")
        said = len(model.labels), model.backbone, model.steps
        if not model.fingerprint or said != (len(request.labels), config.backbone, config.steps):
            raise UserError(_OTHER_MODEL)
        extractor = replace(self._extractor(config.backbone, config.device), steps=config.steps)
        require_fingerprint(extractor.backbone, model.fingerprint)
        if len(model.head.mean) != extractor.backbone.dimension:
            raise UserError(_OTHER_MODEL)
        self._model, self._model_extractor = replace(model, labels=request.labels), extractor

    def _try_model(self, request: TryModel) -> Iterator[Event]:
        classes = [named_samples(request, index) for index in range(len(request.classes))]
        samples = [sample for entry in classes for sample in entry.samples]
        is_cancelled = partial(self._cancelled.__contains__, request.request_id)
        yield from tried(request, samples, self._cache, is_cancelled)

    def _extractor_for(self, config: TrainConfig) -> Extractor:
        return replace(self._extractor(config.backbone, config.device), steps=config.steps)

    def _extractor(self, backbone: str, device: str) -> Extractor:
        """Load a backbone; the shipped one is kept, files of the user's may have changed."""
        resolved = resolve_device(device)
        if backbone != DEFAULT_BACKBONE:
            return load_extractor(backbone, resolved)
        if resolved.type not in self._default:
            self._default[resolved.type] = load_extractor(backbone, resolved)
        return self._default[resolved.type]

    def _stop_if_cancelled(self, request_id: int) -> None:
        if request_id in self._cancelled:
            raise Cancelled


def _sentence(error: Exception) -> str:
    """What a person is told; the traceback of the unexpected goes to the log only."""
    if isinstance(error, UserError):
        return str(error)
    _log.error("request failed", exc_info=error)
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return _OUT_OF_MEMORY
    if isinstance(error, RuntimeError) and "memory" in str(error):  # torch's allocator on the CPU
        return _OUT_OF_MEMORY
    return _UNEXPECTED
