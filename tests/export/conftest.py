from collections.abc import Callable

import numpy as np
import pytest

from digitpad.data.dataset import Dataset
from digitpad.models.model_file import Model, ModelMetadata
from digitpad.nn import ARCHITECTURES, Architecture, Sequential, build
from digitpad.training.network_fit import fit_network
from tests.export.cases import EXPORTED


@pytest.fixture
def make_model() -> Callable[[str], Model]:
    """Make a model of a preset, of a row of `EXPORTED`, or `light` for "letters"."""

    def make(name: str) -> Model:
        rng = np.random.default_rng(5)
        if name in EXPORTED:
            plan = Architecture(name, (4, 12, 12), ())
            return Model(Sequential(EXPORTED[name](rng)), plan, ModelMetadata(), name)
        if name == "letters":
            letters = tuple("abcdefghijklmnopqrstuvwxyz")
            data = Dataset.of(name, np.zeros((26, 1, 28, 28), np.uint8), np.arange(26), letters)
            plan = fit_network(ARCHITECTURES["light"], data).architecture
            return Model(build(plan, rng=rng), plan, ModelMetadata(labels=letters), name)
        return Model(build(ARCHITECTURES[name], rng=rng), ARCHITECTURES[name], ModelMetadata(), name)

    return make
