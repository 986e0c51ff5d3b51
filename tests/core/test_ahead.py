"""Results come in order, a few are worked on ahead, and what fails or stops ends the rest."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event

import pytest

from ichdesk.core.ahead import ahead


def test_in_order_and_never_far_ahead() -> None:
    taken = []

    def items() -> "count[int]":
        return count()

    def noted(number: int) -> int:
        taken.append(number)
        return number * 10

    with ThreadPoolExecutor(3) as pool:
        results = ahead(pool, noted, items(), 4)
        assert [next(results) for _ in range(50)] == list(range(0, 500, 10))
        results.close()
    assert len(taken) <= 50 + 3


def test_all_of_them() -> None:
    with ThreadPoolExecutor(2) as pool:
        assert list(ahead(pool, str, range(5), 10)) == ["0", "1", "2", "3", "4"]
        assert list(ahead(pool, str, [], 10)) == []


def test_what_waits_is_dropped_when_the_caller_stops() -> None:
    go, done = Event(), list[int]()

    def work(number: int) -> int:
        if number:
            go.wait()
        done.append(number)
        return number

    with ThreadPoolExecutor(1) as pool:
        results = ahead(pool, work, range(10), 5)
        assert next(results) == 0
        results.close()
        go.set()
    assert done in ([0], [0, 1])


def test_an_error_comes_in_its_turn() -> None:
    with ThreadPoolExecutor(2) as pool:
        results = ahead(pool, lambda n: 6 // n, [1, 2, 0, 3], 4)
        assert [next(results), next(results)] == [6, 3]
        with pytest.raises(ZeroDivisionError):
            next(results)
