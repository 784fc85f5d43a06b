"""Architectures by what a person calls them: a preset's name, or a JSON file with a plan of one's own.

A preset's plan is a file to begin with:
`python -c "from digitpad.nn import ARCHITECTURES; print(ARCHITECTURES['light'].to_json())"`.
"""

from pathlib import Path

from digitpad.errors import DigitpadError
from digitpad.nn import ARCHITECTURES, Architecture, Sequential, build
from digitpad.seeding import Purpose, generator

SUFFIX = ".json"


def find_architecture(name_or_path: str | Path) -> Architecture:
    """Return a preset, or read the plan in a JSON file.

    Parameters
    ----------
    name_or_path
        The name of a preset, such as `light`, or a file whose name ends in `.json`.

    Raises
    ------
    DigitpadError
        If there is no such preset or file, or the file holds no plan. Whether its layers fit each other is only
        known when the network is built.
    """
    name = str(name_or_path)
    if name in ARCHITECTURES:
        return ARCHITECTURES[name]
    path = Path(name_or_path)
    if path.suffix.lower() != SUFFIX:
        known = ", ".join(ARCHITECTURES)
        raise DigitpadError(
            f"There is no architecture called {name!r}; choose one of: {known}, or name a {SUFFIX} file with a plan."
        )
    try:
        return Architecture.from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DigitpadError(f"{path} could not be read ({error.strerror or error}); check the name.") from error
    except (ValueError, RecursionError) as error:
        # A file in another encoding is a ValueError, too.
        raise DigitpadError(
            f"{path} holds no plan of a network ({' '.join(str(error).split())}); correct it."
        ) from error


def build_network(architecture: Architecture, seed: int) -> Sequential:
    """Return a network with the first weights of a run.

    Raises
    ------
    DigitpadError
        If the architecture cannot be built.
    """
    try:
        return build(architecture, rng=generator(seed, Purpose.WEIGHTS))
    except (ValueError, TypeError) as error:
        raise DigitpadError(f"The architecture {architecture.name} cannot be built ({error}); change it.") from error
