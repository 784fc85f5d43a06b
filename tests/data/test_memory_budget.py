"""Memory that several owners share is never exceeded, and comes back when an owner is gone."""

import threading

from digitpad.data.memory_budget import Lease, MemoryBudget


def test_no_more_is_taken_than_there_is() -> None:
    budget = MemoryBudget(100)
    first, second = budget.lease(), budget.lease()
    assert first.take(60)
    assert not second.take(41)
    assert second.take(40)
    assert not first.take(1)
    assert budget.left == 0


def test_memory_comes_back_with_the_end_of_its_lease() -> None:
    budget = MemoryBudget(100)
    lease: Lease | None = budget.lease()
    assert lease is not None
    assert lease.take(30)
    assert lease.take(30)
    assert budget.left == 40
    lease = None
    assert budget.left == 100


def test_threads_together_take_all_of_it_once() -> None:
    budget = MemoryBudget(1000)
    taken: list[int] = []

    def take() -> None:
        lease = budget.lease()
        count = 0
        while lease.take(1):
            count += 1
        leases.append(lease)
        taken.append(count)

    leases: list[Lease] = []
    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == 1000
    assert budget.left == 0
