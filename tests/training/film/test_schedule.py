import itertools

import pytest

from digitpad.training.film.schedule import next_step, thinned_out


def steps(last: int, frames: int) -> list[int]:
    """Return all steps of a film with that many frames after the first."""
    found = [0]
    while found[-1] < last:
        found.append(next_step(found[-1], last, frames - len(found) + 1))
    return found


def test_a_short_run_is_filmed_step_by_step() -> None:
    assert steps(150, 199) == list(range(151))


@pytest.mark.parametrize("last", [400, 2_580, 100_000])
def test_the_first_steps_are_one_by_one_and_the_gaps_grow(last: int) -> None:
    found = steps(last, 199)
    gaps = [after - before for before, after in itertools.pairwise(found)]
    assert found[-1] == last
    assert 150 <= len(found) <= 200
    assert gaps[:15] == [1] * 15
    assert max(gaps) > 1
    # The last gap may be shorter, because it ends with the run; a step of rounding is allowed elsewhere.
    assert all(after >= before - 1 for before, after in itertools.pairwise(gaps[:-3]))


def test_few_frames_still_reach_the_end() -> None:
    assert steps(1000, 1) == [0, 1000]
    found = steps(1000, 5)
    assert (found[0], found[-1]) == (0, 1000)
    assert len(found) <= 6


def test_thinning_keeps_the_first_and_the_last() -> None:
    for count in (2, 3, 10, 11):
        frames = list(range(count))
        kept = [frame for frame in frames if frame not in thinned_out(frames)]
        assert (kept[0], kept[-1]) == (0, count - 1)
        assert len(kept) <= count // 2 + 1
