"""Adam, written out: torch's own class loads its compiler, about a second before the first step."""

from collections.abc import Iterable
from math import sqrt

import torch

_MEAN_DECAY = 0.9
_SQUARE_DECAY = 0.999
_EPSILON = 1e-7  # Keras and TensorFlow.js; torch's default is 1e-8


class Adam:
    """Kingma and Ba 2015 (arXiv 1412.6980), algorithm 1, with the epsilon of the original app.

    With `weight_decay` it is AdamW: Loshchilov and Hutter 2019 (arXiv 1711.05101), algorithm 2.

    Args:
        parameters: Tensors to change in place; their `grad` is read.
        learning_rate: Step size.
        weight_decay: In each step, matrices shrink by this times the step size; biases do not.
    """

    def __init__(
        self,
        parameters: Iterable[torch.nn.Parameter],
        learning_rate: float,
        weight_decay: float = 0.0,
    ) -> None:
        self._learning_rate = learning_rate
        self._kept = max(0.0, 1.0 - learning_rate * weight_decay)  # a huge step must not turn signs
        self._step = 0
        self._states = [(p, torch.zeros_like(p), torch.zeros_like(p)) for p in parameters]

    @torch.no_grad()
    def step(self) -> None:
        """Move every parameter against its gradient, then forget the gradient."""
        self._step += 1
        mean_weight = 1.0 - _MEAN_DECAY**self._step
        square_weight = sqrt(1.0 - _SQUARE_DECAY**self._step)
        size = self._learning_rate / mean_weight
        for parameter, mean, square in self._states:
            gradient = parameter.grad
            if gradient is None:
                continue
            mean.lerp_(gradient, 1.0 - _MEAN_DECAY)
            square.mul_(_SQUARE_DECAY).addcmul_(gradient, gradient, value=1.0 - _SQUARE_DECAY)
            if parameter.ndim > 1 and self._kept < 1.0:
                parameter.mul_(self._kept)
            parameter.addcdiv_(mean, (square.sqrt() / square_weight).add_(_EPSILON), value=-size)
            parameter.grad = None
