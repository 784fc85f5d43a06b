"""The network that a person means: a trained model, or an architecture as it is before any training."""

from pathlib import Path

from digitpad.models.architecture_file import SUFFIX, build_network, find_architecture
from digitpad.models.model_file import Model, ModelMetadata, bundled_models, load_model, user_models
from digitpad.nn import ARCHITECTURES


def find_network(name: str, *, architecture_first: bool = False) -> tuple[Model, bool]:
    """Return the network of that name, and whether it has learned anything.

    Parameters
    ----------
    name
        A model's name or file, a preset, or a `.json` file with a plan.
    architecture_first
        Whether a preset comes before a model of the same name.

    Raises
    ------
    DigitpadError
        If there is neither, a file is damaged, or a plan cannot be built.
    """
    known = {path.stem for path in (*bundled_models(), *user_models())}
    plan = name in ARCHITECTURES or Path(name).suffix.lower() == SUFFIX
    if not plan or (name in known and not architecture_first):
        return load_model(name), True
    architecture = find_architecture(name)
    return Model(build_network(architecture, seed=0), architecture, ModelMetadata(), architecture.name), False
