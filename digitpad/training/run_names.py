"""Names of runs. A run never takes the name of a model, so that one name in a list means one network."""

from itertools import count

from digitpad.errors import DigitpadError
from digitpad.models.model_file import bundled_models, user_models
from digitpad.names import plain_name
from digitpad.translation import gettext as _


def model_names() -> set[str]:
    """Return the names of the bundled models and of the user's models."""
    return {path.stem for path in (*bundled_models(), *user_models())}


def given_name(name: str) -> str:
    """Return a name given by the user as one printable line.

    Raises
    ------
    DigitpadError
        If the name is empty, or a model has it.
    """
    plain = plain_name(name.strip())
    if not plain:
        raise DigitpadError(_("A run needs a name; type one."))
    if plain in model_names():
        raise DigitpadError(_("{name} is the name of a model; choose another name for the run.").format(name=plain))
    return plain


def free_name(wanted: str, taken: set[str]) -> str:
    """Return a name that neither a model nor another run has.

    Parameters
    ----------
    wanted
        The name to start from.
    taken
        The names of the other runs.

    Returns
    -------
    str
        "mlp", then "mlp 2", "mlp 3"; beside a model of that name "light run 1", "light run 2".
    """
    models = model_names()
    unusable = models | taken
    if wanted in models:
        numbered = (_("{name} run {number}").format(name=wanted, number=number) for number in count(1))
        return next(name for name in numbered if name not in unusable)
    if wanted not in taken:
        return wanted
    return next(name for number in count(2) if (name := f"{wanted} {number}") not in unusable)
