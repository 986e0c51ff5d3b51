"""Adam by torch's fused step: its own class loads a compiler, a second before the first step."""

from collections.abc import Iterable

import torch

_MEAN_DECAY = 0.9
_SQUARE_DECAY = 0.999
_EPSILON = 1e-7  # Keras and TensorFlow.js; torch's default is 1e-8


class Adam:
    """Kingma and Ba 2015 (arXiv 1412.6980), algorithm 1, with the epsilon of the original app.

    With `weight_decay` it is AdamW: Loshchilov and Hutter 2019 (arXiv 1711.05101), algorithm 2.

    Args:
        parameters: Tensors to change in place; their `grad` is read.
        learning_rate: Step size; may be set anew between two steps.
        weight_decay: In each step, matrices shrink by this times the step size; biases do not.
    """

    def __init__(
        self,
        parameters: Iterable[torch.nn.Parameter],
        learning_rate: float,
        weight_decay: float = 0.0,
    ) -> None:
        self.learning_rate = learning_rate
        self._weight_decay = weight_decay
        self._steps = torch.zeros(())
        self._parameters = list(parameters)
        self._means = [torch.zeros_like(p) for p in self._parameters]
        self._squares = [torch.zeros_like(p) for p in self._parameters]

    @torch.no_grad()
    def step(self) -> None:
        """Move every parameter that has a gradient against it, then forget the gradient."""
        self._steps += 1
        kept = max(0.0, 1.0 - self.learning_rate * self._weight_decay)  # must not turn signs
        known = zip(self._parameters, self._means, self._squares, strict=True)
        moved = [(p, p.grad, mean, square) for p, mean, square in known if p.grad is not None]
        if not moved:
            return
        parameters, gradients, means, squares = map(list, zip(*moved, strict=True))
        if kept < 1.0:
            torch._foreach_mul_([p for p in parameters if p.ndim > 1], kept)
        torch._fused_adam_(
            parameters,
            gradients,
            means,
            squares,
            [],
            [self._steps] * len(moved),
            lr=self.learning_rate,
            beta1=_MEAN_DECAY,
            beta2=_SQUARE_DECAY,
            eps=_EPSILON,
            weight_decay=0.0,
            amsgrad=False,
            maximize=False,
        )
        for parameter in parameters:
            parameter.grad = None
