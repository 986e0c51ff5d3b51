"""Samples of one patient are worth less than as many patients, but never less than one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ichdesk.core.metrics import wilson_interval
from ichdesk.core.proportions import grouped_interval, t_quantile

_HITS = st.lists(st.booleans(), min_size=1, max_size=40)


@settings(deadline=None)
@given(_HITS, st.integers(1, 5))
def test_copies_of_one_patient_add_nothing(hits: list[bool], copies: int) -> None:
    groups = np.tile(np.arange(len(hits)), copies)
    several = np.tile(hits, copies)
    interval = grouped_interval(several, np.ones_like(several), groups)
    assert interval == pytest.approx(wilson_interval(sum(hits), len(hits)))


@settings(deadline=None)
@given(_HITS, st.integers(1, 8))
def test_groups_only_widen(hits: list[bool], patients: int) -> None:
    found, among = np.array(hits), np.ones(len(hits), np.bool_)
    alone = grouped_interval(found, among, None)
    grouped = grouped_interval(found, among, np.arange(len(hits)) % patients)
    assert alone == wilson_interval(sum(hits), len(hits))
    assert alone is not None
    assert grouped is not None
    assert 0 <= grouped[0] <= alone[0] + 1e-12
    assert alone[1] - 1e-12 <= grouped[1] <= 1


def test_only_images_that_count_count() -> None:
    hits, among = np.array([True, False, True, True]), np.array([True, True, False, False])
    assert grouped_interval(hits, among, np.array([0, 1, 2, 2])) == wilson_interval(1, 2)
    assert grouped_interval(hits, ~among, np.array([0, 1, 2, 2])) == wilson_interval(1, 1)
    assert grouped_interval(hits, np.zeros(4, np.bool_), np.arange(4)) is None


def test_it_covers_what_images_of_patients_have_in_common() -> None:
    """Of 400 experiments with 5 patients of 10 alike images, about 95 % find 0.7 in between."""
    chance = np.random.default_rng(0)
    groups, everybody = np.repeat(np.arange(5), 10), np.ones(50, np.bool_)
    covered = alone = 0
    for _ in range(400):
        hits = chance.random(50) < np.repeat(chance.beta(1.6, 0.7, 5), 10)
        low, high = grouped_interval(hits, everybody, groups) or (1, 0)
        covered += low <= 1.6 / 2.3 <= high
        low, high = grouped_interval(hits, everybody, None) or (1, 0)
        alone += low <= 1.6 / 2.3 <= high
    assert covered > 0.9 * 400
    assert alone < 0.8 * 400


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 30, 1_000])
def test_quantiles_are_those_of_scipy(freedom: int) -> None:
    assert t_quantile(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-2)
