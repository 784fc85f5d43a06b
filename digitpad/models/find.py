"""Finds a network by name: a trained model, or an untrained architecture."""

from pathlib import Path

from digitpad.models.architecture_file import SUFFIX, build_network, find_architecture
from digitpad.models.model_file import Model, ModelMetadata, bundled_models, load_model, user_models
from digitpad.nn import ARCHITECTURES


def find_network(name: str, *, architecture_first: bool = False) -> tuple[Model, bool]:
    """Return the network with this name, and whether it has been trained.

    Parameters
    ----------
    name
        A model's name or file, a preset, or a `.json` file with a plan.
    architecture_first
        Whether a preset takes precedence over a model with the same name.

    Raises
    ------
    DigitpadError
        If neither exists, a file is damaged, or a plan cannot be built.
    """
    known = {path.stem for path in (*bundled_models(), *user_models())}
    plan = name in ARCHITECTURES or Path(name).suffix.lower() == SUFFIX
    if not plan or (name in known and not architecture_first):
        return load_model(name), True
    architecture = find_architecture(name)
    return Model(build_network(architecture, seed=0), architecture, ModelMetadata(), architecture.name), False
