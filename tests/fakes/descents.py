"""Made-up arrays of the observers, as the worker sends them."""

import numpy as np

from ichdesk.protocol import messages as msg
from ichdesk.session.session import Session

EPOCHS = 4


def figures(*losses: float) -> np.ndarray:
    """Figures of epochs with these training losses; test losses are a tenth higher."""
    columns = [np.arange(len(losses)), losses, np.add(losses, 0.1), np.ones(len(losses)) * 0.75]
    return np.stack([*columns, columns[3]], axis=1).astype(np.float32)


def descent(**changed: np.ndarray) -> dict[str, np.ndarray]:
    """Three ways over a bowl, the run's own from the left to the middle of it."""
    x, y = np.linspace(-3, 3, 13), np.linspace(-2.25, 2.25, 10)
    path = np.stack([np.arange(5), np.linspace(-2, 0, 5), np.linspace(1, 0, 5)], axis=1)
    arrays = {
        "rates": np.array([1e-5, 1e-3, 0.1]),
        "samples": np.array([50, 50]),
        "diverged": np.zeros(3),
        "share": np.array([0.995, 0.9, 0.3]),
        "off": np.zeros(1),
        "x": x,
        "y": y,
        "loss": 0.05 + 0.2 * (x[None] ** 2 + y[:, None] ** 2),
        "figures_0": figures(0.9, 0.89, 0.88, 0.87, 0.86),
        "figures_1": figures(0.9, 0.6, 0.4, 0.3, 0.25),
        "figures_2": figures(0.9, 1.9, 0.5, 0.7, 0.4),
        "path_0": path * [1, 0.02, 0.02] - [0, 1.96, -0.98],
        "path_1": path,
        "path_2": path * [1, 1, 1] + [0, 0, 0] + [[0, 0, 0]] + np.outer(np.arange(5), [0, 2, 2]),
    }
    found = {**arrays, **changed}
    return {name: np.asarray(values, np.float32) for name, values in found.items()}


def finder(suggested: float | None = 0.003) -> dict[str, np.ndarray]:
    """A curve that falls and runs away."""
    rates = np.geomspace(1e-6, 1.0, 121)
    smooth = 0.1 + 0.8 / (1 + (rates / 3e-3) ** 2) + rates
    arrays = {
        "rates": rates,
        "losses": smooth * 1.01,
        "smoothed": smooth,
        "suggested": [] if suggested is None else [suggested],
        "samples": [50],
    }
    return {name: np.asarray(values, np.float32) for name, values in arrays.items()}


def asked(session: Session) -> msg.Observe:
    """The last request for a figure."""
    return session._worker.last(msg.Observe)


def seen(session: Session, arrays: dict[str, np.ndarray], done: int = 12, total: int = 12) -> None:
    """Something has come of it."""
    session.handle(msg.Observed(asked(session).request_id, done, total, arrays))


def ended(session: Session, error: str | None = None) -> None:
    """There is no more to come."""
    outcome = msg.Outcome.FAILED if error else msg.Outcome.DONE
    session.handle(msg.ObservationEnded(asked(session).request_id, outcome, error))
