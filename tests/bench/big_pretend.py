"""A training of no length, whose random answers cost the window what real ones do."""

import numpy as np
import numpy.typing as npt
from big_steps import Steps

from ichdesk.core.split_facts import SplitFacts
from ichdesk.protocol import messages as msg
from ichdesk.session.observations import Wish

SIMILARITY = "similarity"


def pretend(steps: Steps) -> None:
    """End a training of no length, with random answers, and a map of the images.

    For the window it is the same as the real one, which takes minutes with so many images.
    """
    session, rng = steps.desk.session, np.random.default_rng(0)
    session._worker.send = lambda _: None  # type: ignore[method-assign]
    steps.do("click on Train", session.train)
    run = session.run
    assert run is not None
    sizes = [len(samples) for _, samples in run.key[0]]
    tested = [np.sort(rng.choice(n, n * 15 // 100, replace=False)) for n in sizes]
    learned = [np.setdiff1d(np.arange(n), held) for n, held in zip(sizes, tested, strict=True)]
    split = [tuple(tuple(rows.tolist()) for rows in side) for side in (learned, tested)]
    facts = SplitFacts.of("slice", [own for _, own in run.key[0]], *split)
    made = msg.SplitMade(run.request_id, *split, "cpu", (), facts)
    steps.do("split made", lambda: session.handle(made))
    truth = np.repeat(np.arange(len(sizes)), list(map(len, tested)))
    answers = rng.dirichlet(np.full(len(sizes), 0.3), len(truth)).astype(np.float32)
    answers[np.arange(len(truth)), truth] += 0.7
    answers /= answers.sum(axis=1, keepdims=True)
    counts = np.zeros((len(sizes),) * 2, np.int64)
    np.add.at(counts, (truth, answers.argmax(axis=1)), 1)
    epoch = msg.EpochEnded(run.request_id, 0, 0.9, 0.8, 0.3, 0.4, counts)
    steps.do("an epoch", lambda: session.handle(epoch))
    model = np.zeros(60_000, np.uint8)
    ended = msg.RunEnded(run.request_id, msg.Outcome.DONE, None, {}, answers, model)
    steps.do("the run ends", lambda: session.handle(ended))
    steps.do("an ask", lambda: session.observations.ask(SIMILARITY, Wish("similarity")))
    arrays = _map_arrays(sizes, rng)
    sight = session.observations.sight(SIMILARITY)
    assert sight is not None
    session.handle(msg.Observed(sight.request_id, 1, 1, arrays))
    session.handle(msg.ObservationEnded(sight.request_id, msg.Outcome.DONE))
    steps.is_silent = True


def _map_arrays(sizes: list[int], rng: np.random.Generator) -> dict[str, npt.NDArray[np.float32]]:
    """What the observer "similarity" says."""
    rows = [(label, position) for label, n in enumerate(sizes) for position in range(n)]
    near = rng.integers(0, len(rows), (len(rows), 12))
    return {
        "rows": np.array(rows, np.float32),
        "pca": rng.normal(size=(len(rows), 2)).astype(np.float32),
        "shares": np.array([0.3, 0.2], np.float32),
        "neighbors": near.astype(np.float32),
        "distances": np.ones(near.shape, np.float32),
    }
