"""Who asks too often waits; who guesses codes waits longer each time."""

from digitpad.serving.pace import Bucket, Buckets, Guesses


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_allows_some_at_once_and_then_its_rate() -> None:
    clock = Clock()
    bucket = Bucket(2.0, 3.0, clock)
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    clock.now += 0.5
    assert [bucket.take() for _ in range(2)] == [True, False]
    clock.now += 1000
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]


def test_each_address_has_its_own_bucket() -> None:
    buckets = Buckets(1.0, 1.0, Clock())
    assert buckets.take("a")
    assert not buckets.take("a")
    assert buckets.take("b")


def test_many_addresses_are_not_remembered_forever() -> None:
    buckets = Buckets(1.0, 1.0, Clock())
    for number in range(10_000):
        assert buckets.take(str(number))
    assert buckets.take("0")
    assert not buckets.take("9999")


def test_a_few_wrong_codes_cost_nothing() -> None:
    guesses = Guesses(Clock())
    for _ in range(4):
        guesses.was_wrong("a")
    assert guesses.wait("a") == 0


def test_more_wrong_codes_take_twice_as_long_each_time() -> None:
    clock = Clock()
    guesses = Guesses(clock)
    waits = []
    for _ in range(16):
        guesses.was_wrong("a")
        waits.append(guesses.wait("a"))
        clock.now += waits[-1]
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]
    assert guesses.wait("b") == 0


def test_guessing_all_codes_takes_longer_than_a_lesson() -> None:
    clock = Clock()
    guesses = Guesses(clock)
    tried = 0
    while clock.now < 100 + 8 * 3600:
        clock.now += guesses.wait("a")
        guesses.was_wrong("a")
        tried += 1
    assert tried < 1000
