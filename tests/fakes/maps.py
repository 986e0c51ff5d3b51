"""A similarity map as the worker would send it, on a grid where every place is known."""

import numpy as np

from ichdesk.core.run import TrainingRun
from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session


def map_arrays(run: TrainingRun, *, tsne: bool = False) -> dict[str, np.ndarray]:
    """Image i of class k lies at (i, 10 k); t-SNE mirrors it at the diagonal."""
    counts = [len(samples) for _, samples in run.key[0]]
    rows = [(label, i) for label, count in enumerate(counts) for i in range(count)]
    where = np.array([(i, 10 * label) for label, i in rows], np.float32)
    far = np.linalg.norm(where[:, None] - where[None], axis=2)
    np.fill_diagonal(far, np.inf)
    near = far.argsort(axis=1, kind="stable")[:, :8]
    arrays = {
        "rows": np.array(rows, np.float32),
        "pca": where,
        "shares": np.array([0.5, 0.25], np.float32),
        "neighbors": near.astype(np.float32),
        "distances": np.take_along_axis(far, near, axis=1).astype(np.float32),
    }
    return arrays | ({"t-sne": where[:, ::-1].copy()} if tsne else {})


def asked(session: Session) -> list[msg.Observe]:
    """All wishes for a map so far."""
    sent = session._worker.sent
    return [r for r in sent if isinstance(r, msg.Observe) and r.observer == "similarity"]


def see(session: Session, done: int = 0, total: int = 0, **arrays: np.ndarray) -> None:
    """Answer the last wish."""
    session.handle(msg.Observed(asked(session)[-1].request_id, done, total, arrays))


def see_map(session: Session, *, tsne: bool = False) -> None:
    """Answer the last wish with all of it."""
    number = asked(session)[-1].request_id
    done = 4 if tsne else 0
    session.handle(msg.Observed(number, done, done, map_arrays(session.run, tsne=tsne)))
    session.handle(msg.ObservationEnded(number, msg.Outcome.DONE))
