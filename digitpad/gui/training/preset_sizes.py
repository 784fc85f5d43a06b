"""The presets that suit data, and the number of weights of each once it is fitted to them.

Fitting all presets takes several frames. The thread that opens the data does it, and the menu of networks finds the
results here.
"""

import contextlib
import functools

from PySide6.QtCore import QCoreApplication

from digitpad.errors import DigitpadError
from digitpad.nn import ARCHITECTURES
from digitpad.training.building import with_zero_weights
from digitpad.training.data_facts import DataFacts
from digitpad.training.network_fit import fit_network

_IMAGE = (1, 28, 28)


def suitable_presets(facts: DataFacts | None) -> list[str]:
    """Return the presets that classify images like those of the data, or digits, to which all data can be fitted.

    Parameters
    ----------
    facts
        The facts about the data; None if they are not known yet.
    """
    shape = _IMAGE if facts is None else facts.shape
    return [
        name
        for name, preset in ARCHITECTURES.items()
        if preset.layers[-1].get("type") == "Linear"
        and (preset.input_shape == _IMAGE or preset.input_shape[0] == shape[0] != 1)
    ]


def describe_preset(name: str, facts: DataFacts | None) -> str:
    """Return a preset's name, and its size if the data to which it is fitted are known."""
    if facts is None:
        return name
    count = _parameters(name, facts)
    return QCoreApplication.translate("TrainingSetup", "{name} · {count} weights").format(name=name, count=f"{count:,}")


def learn_sizes(facts: DataFacts) -> None:
    """Determine the size of every suitable preset, so that describing them takes no time afterwards."""
    for name in suitable_presets(facts):
        _parameters(name, facts)


@functools.lru_cache(maxsize=64)
def _parameters(name: str, facts: DataFacts) -> int:
    from digitpad.nn import build, summarize

    preset = ARCHITECTURES[name]
    # Data of one class only fit no network, which is said beside Start.
    with contextlib.suppress(DigitpadError):
        preset = fit_network(preset, facts).architecture
    return summarize(build(with_zero_weights(preset)), preset.input_shape).parameters
