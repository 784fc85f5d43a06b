"""The window: a short run of the monkey. `monkey.py` runs longer, with the same seeds."""

from pathlib import Path

import numpy as np
from monkey import play

ACTIONS = 250


def fuzz(rng: np.random.Generator, _folder: Path) -> None:
    """Run the monkey for a few seconds, and check that nothing went wrong."""
    _lift_limit()
    seed = int(getattr(rng.bit_generator.seed_seq, "entropy", 0))
    # As `fuzzing` does: beside others on a small machine, every turn takes longer.
    played = play(seed, actions=ACTIONS, seconds=80.0, longest=2.0)
    if played.troubles:
        raise AssertionError("\n".join(played.troubles))
    if not played.done:
        raise AssertionError("the monkey has done nothing")


def _lift_limit() -> None:
    """Take back the limit on this process's addresses: a window reserves more of them than it uses."""
    try:
        import resource
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
