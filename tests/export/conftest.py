from collections.abc import Callable

import numpy as np
import pytest

from digitpad.models.model_file import Model, ModelMetadata
from digitpad.nn import ARCHITECTURES, Architecture, Sequential, build
from tests.export.cases import EXPORTED


@pytest.fixture
def make_model() -> Callable[[str], Model]:
    """Make a model of a preset, or of a row of `EXPORTED`."""

    def make(name: str) -> Model:
        rng = np.random.default_rng(5)
        if name in EXPORTED:
            plan = Architecture(name, (4, 12, 12), ())
            return Model(Sequential(EXPORTED[name](rng)), plan, ModelMetadata(), name)
        return Model(build(ARCHITECTURES[name], rng=rng), ARCHITECTURES[name], ModelMetadata(), name)

    return make
