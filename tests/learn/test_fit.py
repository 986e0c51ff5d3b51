"""Training learns what can be learned, the same every time, and bears empty sets."""

import itertools
import time
from collections.abc import Iterator
from math import isnan, sqrt

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ichdesk.core.config import DEFAULT_HEAD, HEADS, TrainConfig
from ichdesk.core.errors import UserError
from ichdesk.learn.adam import Adam
from ichdesk.learn.devices import available_devices, one_cpu_thread, resolve_device
from ichdesk.learn.fit import BatchResult, EpochResult, Labeled, drop_out, evaluate, fit
from ichdesk.learn.head import RECIPES, Head


def blobs(n: int, dimension: int = 20, classes: int = 2, seed: int = 0) -> Labeled:
    """Classes around different centers, far from zero and on different scales."""
    generator = torch.Generator().manual_seed(seed)
    y = torch.arange(n) % classes
    centers = torch.randn(classes, dimension, generator=torch.Generator().manual_seed(99))
    scale = torch.logspace(-3, 3, dimension)
    x = (centers[y] + 0.5 * torch.randn(n, dimension, generator=generator)) * scale + 100 * scale
    return Labeled(x, y)


@pytest.fixture(autouse=True)
def as_in_the_worker() -> Iterator[None]:
    """One thread, or a busy computer makes these tests a hundred times slower."""
    with one_cpu_thread():
        yield


def train(
    data: Labeled, test: Labeled, config: TrainConfig, classes: int = 2
) -> tuple[Head, list[BatchResult | EpochResult]]:
    generator = torch.Generator().manual_seed(config.seed)
    head = Head(data.x.shape[1], classes, generator)
    return head, list(fit(head, data, test, config, generator))


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_it_learns(classes: int) -> None:
    test = blobs(70, classes=classes, seed=1)
    _, results = train(blobs(210, classes=classes), test, TrainConfig(epochs=20), classes)
    last = results[-1]
    assert isinstance(last, EpochResult)
    assert last.train.acc == pytest.approx(1.0, abs=0.02)
    assert last.test.acc == pytest.approx(1.0, abs=0.05)
    assert last.test.confusion.shape == (classes, classes)
    assert last.test.confusion.sum() == 70


def test_the_results_come_in_order() -> None:
    _, results = train(blobs(33), blobs(4), TrainConfig(epochs=2, batch_size=16))
    expected = [
        *(BatchResult(0, b, 3) for b in (1, 2, 3)),
        *(BatchResult(1, b, 3) for b in (1, 2, 3)),
    ]
    assert [r for r in results if isinstance(r, BatchResult)] == expected
    assert [i for i, r in enumerate(results) if isinstance(r, EpochResult)] == [3, 7]


@pytest.mark.parametrize("head", HEADS)
def test_figures_of_an_epoch_are_of_whole_features(head: str) -> None:
    data, test = blobs(90, classes=3), blobs(30, classes=3, seed=1)
    trained, results = train(data, test, TrainConfig(epochs=1, head=head), 3)
    last = results[-1]
    assert isinstance(last, EpochResult)
    for said, samples in ((last.train, data), (last.test, test)):
        again = evaluate(trained, samples)
        assert said.loss == pytest.approx(again.loss, rel=1e-5)
        assert (said.confusion == again.confusion).all()


def test_the_same_seed_gives_the_same_bits() -> None:
    runs = [train(blobs(100), blobs(20), TrainConfig(epochs=3, seed=s)) for s in (5, 5, 6)]
    weights = [run[0].state_dict() for run in runs]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert not torch.equal(weights[0]["hidden.weight"], weights[2]["hidden.weight"])


def test_a_training_that_explodes_ends_with_a_sentence() -> None:
    data = Labeled(torch.full((1, 20), 1e38), torch.tensor([0]))  # one sample is not standardized
    head = Head(20, 2, torch.Generator().manual_seed(0))
    results = fit(head, data, data, TrainConfig(learning_rate=10.0), torch.Generator())
    seen = []
    with pytest.raises(UserError, match=r"epoch 1: .* learning rate is too large"):
        seen.extend(results)  # what came before the end is kept
    assert isinstance(seen[-1], EpochResult)
    assert isnan(seen[-1].train.loss or 0.0)


def test_other_users_of_torch_s_random_numbers_do_not_matter() -> None:
    torch.manual_seed(1)
    first, _ = train(blobs(40), blobs(8), TrainConfig(epochs=1))
    torch.manual_seed(2)
    second, _ = train(blobs(40), blobs(8), TrainConfig(epochs=1))
    assert torch.equal(first.output.weight, second.output.weight)


@pytest.mark.parametrize(("n_train", "n_test"), [(0, 2), (1, 0), (0, 0), (1, 1), (2, 1)])
def test_almost_no_samples(n_train: int, n_test: int) -> None:
    data = blobs(n_train + n_test)
    first = Labeled(data.x[:n_train], data.y[:n_train])
    rest = Labeled(data.x[n_train:], data.y[n_train:])
    head, results = train(first, rest, TrainConfig(epochs=2))
    last = results[-1]
    assert isinstance(last, EpochResult)
    assert (last.train.acc is None) == (last.train.loss is None) == (n_train == 0)
    assert (last.test.acc is None) == (last.test.loss is None) == (n_test == 0)
    assert all(torch.isfinite(tensor).all() for tensor in head.state_dict().values())


def test_features_that_do_not_vary_do_no_harm() -> None:
    data, test = blobs(60), blobs(20, seed=1)
    data.x[:, 3] = 7.0
    test.x[:, 3] = 7.001
    head, _ = train(data, test, TrainConfig(epochs=20))
    assert head.standardize(test.x).abs().max() < 10
    assert evaluate(head, test).acc == pytest.approx(1.0, abs=0.1)
    constant = Labeled(torch.ones(6, 4), torch.arange(6) % 2)
    head, _ = train(constant, constant, TrainConfig(epochs=1))
    assert torch.isfinite(head(constant.x)).all()


def test_the_first_weights_are_those_of_the_original() -> None:
    head = Head(800, 3, torch.Generator().manual_seed(0))
    assert head.output.bias is None
    assert not head.hidden.bias.any()
    for layer, fan_in in ((head.hidden, 800), (head.output, 100)):
        deviation = 1 / sqrt(fan_in)
        assert layer.weight.abs().max() <= 2 * deviation
        assert float(layer.weight.detach().std()) == pytest.approx(
            0.88 * deviation, rel=0.1
        )  # cut at two sigma


def test_adam_is_adam() -> None:
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(5, 3, generator=generator)
    ours = torch.nn.Parameter(start.clone())
    theirs = torch.nn.Parameter(start.clone())
    mine = Adam([ours], 0.01)
    reference = torch.optim.Adam([theirs], 0.01, eps=1e-7)
    for _ in range(20):
        for parameter in (ours, theirs):
            parameter.grad = None
            (parameter**4).sum().backward()
        mine.step()
        reference.step()
    torch.testing.assert_close(ours, theirs)
    assert ours.grad is None


def test_decay_shrinks_matrices_and_spares_biases() -> None:
    generator = torch.Generator().manual_seed(0)
    starts = [torch.randn(5, 3, generator=generator), torch.randn(3, generator=generator)]
    ours = [torch.nn.Parameter(start.clone()) for start in starts]
    theirs = [torch.nn.Parameter(start.clone()) for start in starts]
    groups = [
        {"params": theirs[:1], "weight_decay": 4.0},
        {"params": theirs[1:], "weight_decay": 0.0},
    ]
    mine, reference = Adam(ours, 0.01, 4.0), torch.optim.AdamW(groups, 0.01, eps=1e-7)
    for _ in range(20):
        for parameters in (ours, theirs):
            torch.stack([(parameter**4).sum() for parameter in parameters]).sum().backward()
        mine.step()
        reference.step()
        reference.zero_grad()
    torch.testing.assert_close(ours, theirs)


def test_decay_with_a_huge_step_turns_no_signs() -> None:
    weights = torch.nn.Parameter(torch.ones(2, 2))
    adam = Adam([weights], 10.0, 5.0)
    weights.grad = torch.zeros(2, 2)
    adam.step()
    assert not weights.any()


def test_what_is_hidden_is_made_up_for() -> None:
    ones = torch.ones(200, 500)
    seen = drop_out(ones, 0.75, torch.Generator().manual_seed(0))
    assert set(seen.unique().tolist()) == {0.0, 4.0}
    assert float(seen.mean()) == pytest.approx(1.0, abs=0.02)
    assert drop_out(ones, 0.0, torch.Generator()) is ones


def test_the_head_of_the_original_takes_features_as_they_are() -> None:
    """Its own arithmetic, step by step: no scaling, nothing hidden, no decay."""
    data, config = blobs(33), TrainConfig(epochs=2, head="teachable-machine")
    head, _ = train(data, blobs(4), config)
    generator = torch.Generator().manual_seed(config.seed)
    expected = Head(20, 2, generator)
    order = torch.randperm(33, generator=generator)
    adam = torch.optim.Adam(expected.parameters(), config.learning_rate, eps=1e-7)
    for part in [*order.split(16)] * 2:
        adam.zero_grad()
        logits = expected.output(torch.relu(expected.hidden(data.x[part])))
        torch.nn.functional.cross_entropy(logits, data.y[part]).backward()
        adam.step()
    for name, tensor in head.state_dict().items():
        torch.testing.assert_close(tensor, expected.state_dict()[name], msg=name)


@given(st.integers(1, 40), st.integers(2, 6), st.integers(0, 2**16))
def test_the_gradient_is_that_of_autograd(batch: int, classes: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    head = Head(20, classes, generator)
    x = 3 * torch.randn(batch, 20, generator=generator)
    y = torch.randint(classes, (batch,), generator=generator)
    torch.nn.functional.cross_entropy(head.classify(x), y).backward()
    expected = {name: p.grad.clone() for name, p in head.named_parameters()}
    head.differentiate(x, torch.nn.functional.one_hot(y, classes).float())
    for name, parameter in head.named_parameters():
        torch.testing.assert_close(parameter.grad, expected[name], rtol=1e-4, atol=1e-6, msg=name)


def test_every_head_has_a_recipe() -> None:
    assert set(RECIPES) == set(HEADS)
    assert DEFAULT_HEAD in HEADS


def test_our_head_learns_more_from_a_few_samples() -> None:
    """Ten projects, 25 samples per class; classes differ a little everywhere, on other scales."""
    shares = dict.fromkeys(HEADS, 0.0)
    for seed in range(10):
        generator = torch.Generator().manual_seed(seed)
        y = torch.arange(450) % 2
        x = torch.randn(450, 60, generator=generator) + 0.25 * y[:, None]
        x *= torch.logspace(-1, 1, 60)
        known, new = Labeled(x[:50], y[:50]), Labeled(x[50:], y[50:])
        for name in HEADS:
            head, _ = train(known, new, TrainConfig(epochs=30, seed=seed, head=name))
            shares[name] += (evaluate(head, new).acc or 0.0) / 10
    assert shares["ichdesk"] > shares["teachable-machine"] + 0.02


def test_two_thousand_samples_train_quickly() -> None:
    generator = torch.Generator().manual_seed(0)
    data = Labeled(torch.randn(1_700, 800, generator=generator), torch.arange(1_700) % 2)
    head = Head(800, 2, generator)
    start = time.process_time()
    for result in itertools.islice(fit(head, data, data, TrainConfig(), generator), 1_080):
        assert result.epoch < 10
    assert time.process_time() - start < 2.0  # ten of the fifty epochs; about 0.3 s


def test_the_number_of_threads_is_put_back() -> None:
    torch.set_num_threads(2)
    with one_cpu_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2


def test_devices() -> None:
    devices = available_devices()
    assert devices[-1].name == "cpu"
    assert "thread" in devices[-1].label
    assert resolve_device("auto").type == devices[0].name
    assert resolve_device("cpu").type == "cpu"
    if "mps" not in {device.name for device in devices}:
        with pytest.raises(UserError, match="choose one of: auto"):
            resolve_device("mps")
