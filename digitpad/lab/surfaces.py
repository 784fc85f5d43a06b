"""Functions of two parameters on which optimizers are compared."""

from collections.abc import Callable
from dataclasses import dataclass

from digitpad.errors import DigitpadError
from digitpad.translation import gettext as _
from digitpad.translation import gettext_noop

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Surface:
    """A function of x and y with its gradient.

    Attributes
    ----------
    name, title
        The name on the command line, and the title in English; `_` translates it.
    formula, gradient_formula
        The function, and its derivatives along x and y.
    code, gradient_code
        The same in Python, as NumPy and PyTorch compute it.
    value, gradient
        The same as functions.
    start
        Where optimizers begin.
    minimum
        Where the smallest value is; None if there is none.
    learning_rate
        A learning rate with which gradient descent converges from `start`.
    view
        (left, bottom, right, top): the part to be shown.
    """

    name: str
    title: str
    formula: str
    gradient_formula: tuple[str, str]
    code: str
    gradient_code: tuple[str, str]
    value: Callable[[float, float], float]
    gradient: Callable[[float, float], Point]
    start: Point
    minimum: Point | None
    learning_rate: float
    view: tuple[float, float, float, float]


SURFACES: dict[str, Surface] = {
    surface.name: surface
    for surface in (
        Surface(
            "bowl",
            gettext_noop("Bowl: the same slope in all directions"),
            "x² + y²",
            ("2·x", "2·y"),
            "x**2 + y**2",
            ("2 * x", "2 * y"),
            lambda x, y: x * x + y * y,
            lambda x, y: (2 * x, 2 * y),
            (2.0, 1.5),
            (0.0, 0.0),
            0.1,
            (-2.5, -2.5, 2.5, 2.5),
        ),
        Surface(
            "valley",
            gettext_noop("Valley: steep across, flat along"),
            "x² / 20 + y²",
            ("x / 10", "2·y"),
            "x**2 / 20 + y**2",
            ("x / 10", "2 * y"),
            lambda x, y: x * x / 20 + y * y,
            lambda x, y: (x / 10, 2 * y),
            (-8.0, 2.0),
            (0.0, 0.0),
            0.5,
            (-10.0, -3.0, 10.0, 3.0),
        ),
        Surface(
            "saddle",
            gettext_noop("Saddle: down along y, up along x"),
            "x² − y²",
            ("2·x", "−2·y"),
            "x**2 - y**2",
            ("2 * x", "-2 * y"),
            lambda x, y: x * x - y * y,
            lambda x, y: (2 * x, -2 * y),
            (2.0, 0.01),
            None,
            0.1,
            (-2.5, -2.5, 2.5, 2.5),
        ),
        Surface(
            "rosenbrock",
            gettext_noop("Rosenbrock's function: a curved valley"),
            "(1 − x)² + 100·(y − x²)²",
            ("−2·(1 − x) − 400·x·(y − x²)", "200·(y − x²)"),
            "(1 - x) ** 2 + 100 * (y - x**2) ** 2",
            ("-2 * (1 - x) - 400 * x * (y - x**2)", "200 * (y - x**2)"),
            lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
            lambda x, y: (-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
            (-1.5, 2.0),
            (1.0, 1.0),
            0.001,
            (-2.0, -1.0, 2.0, 3.0),
        ),
    )
}
"""The surfaces by name."""


def surface_of(name: str) -> Surface:
    """Return a surface by its name.

    Raises
    ------
    DigitpadError
        If no surface has this name.
    """
    if name not in SURFACES:
        raise DigitpadError(
            _("There is no function called {name!r}; choose one of {names}.").format(
                name=name, names=", ".join(SURFACES)
            )
        )
    return SURFACES[name]
