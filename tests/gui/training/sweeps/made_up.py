"""A record of a sweep as it could be, without any training."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from digitpad.sweeps.record import Method, SweepInfo, SweepStatus, Trial, TrialStatus
from digitpad.sweeps.space import RandomStreams, Space


def made_up_sweep(runs: Path, count: int = 12) -> SweepInfo:
    """Return a sweep that is running: two trials train, one waits, one has diverged, and the others have ended."""
    texts = ("optimizer=adam,sgd", "learning-rate=log:1e-4..1e-1", "momentum=lin:0.5..0.99", "batch-size=16,32,64")
    space = Space.parse(texts)
    rng = np.random.default_rng(3)
    trials = []
    for number, values in enumerate(space.sample(count, RandomStreams(1), {}), 1):
        accuracy = 0.985 - 0.02 * (np.log10(float(values["learning_rate"])) + 2.3) ** 2 - 0.01 * float(rng.random())
        trial = Trial(
            number,
            values,
            TrialStatus.FINISHED,
            run=f"trial-{number}",
            epochs=5,
            steps=1000,
            seconds=20.0 + 30 * float(rng.random()),
            progress=1.0,
            parameters=26_000 + 10 * number,
            validation_loss=1.2 - accuracy,
            validation_accuracy=accuracy,
        )
        if number > count - 2:
            trial = replace(trial, status=TrialStatus.RUNNING, progress=0.4, epochs=2)
        elif number == count - 2:
            trial = Trial(number, values)
        elif number == count - 3:
            trial = replace(
                trial,
                status=TrialStatus.DIVERGED,
                message="Training diverged.",
                validation_accuracy=None,
                validation_loss=None,
            )
        trials.append(trial)
    return SweepInfo(
        name="rates",
        created=datetime(2026, 11, 28, 15, 0, tzinfo=UTC).astimezone(),
        method=Method.RANDOM,
        seed=1,
        space={dimension.name: dimension.text for dimension in space.dimensions},
        fixed={"architecture": "light", "dataset": "mnist", "epochs": 5},
        runs=str(runs),
        trials=tuple(trials),
        status=SweepStatus.STOPPED,
        message="",
    )
