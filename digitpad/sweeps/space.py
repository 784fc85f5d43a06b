"""The space of settings that a sweep searches: for each setting a list of values, or a range.

optimizer=adam,sgd            a list
learning-rate=log:1e-4..1e-1  a range; its logarithm is uniformly distributed
dropout=lin:0..0.5            a range; uniformly distributed
batch-size=int:16..128        a range of whole numbers
learning-rate=log:1e-4..1e-1:4  four values of the range, evenly spaced
augment=none|rotation=10,shift=2  a list whose values contain commas
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Self

import numpy as np

from digitpad.errors import DigitpadError
from digitpad.sweeps.plans import recipe_of
from digitpad.sweeps.variables import KINDS, Value, Values, display_name, find_variable, read_value
from digitpad.training.settings import OptimizerName, Schedule, optimizer_options, schedule_options
from digitpad.translation import gettext as _

MOST_TRIALS = 10_000
"""The largest number of trials of a sweep: its record is rewritten whenever a trial ends."""

#: Settings that only some optimizers, or only some schedules, use.
_OF_OPTIMIZERS = {option for name in OptimizerName for option in optimizer_options(name)}
_OF_SCHEDULES = {option for name in Schedule for option in schedule_options(name)}


class Scale(StrEnum):
    """How the values of a range are distributed."""

    LINEAR = "lin"
    LOGARITHMIC = "log"
    WHOLE = "int"


@dataclass(frozen=True, slots=True)
class Dimension:
    """The values of one setting.

    Attributes
    ----------
    name
        The setting.
    text
        What the user wrote.
    values
        A list of values; empty for a range.
    scale, low, high
        A range with both ends; None for a list.
    """

    name: str
    text: str
    values: tuple[Value, ...] = ()
    scale: Scale | None = None
    low: float = 0.0
    high: float = 0.0

    @classmethod
    def parse(cls, name: str, text: str) -> Self:
        """Read the values of a setting.

        Raises
        ------
        DigitpadError
            If the text cannot be understood, or the setting cannot have one of the values.
        """
        kind, colon, rest = text.strip().partition(":")
        if colon and kind in set(Scale):
            return cls._range(name, text.strip(), Scale(kind), rest)
        commas = name == "milestones" or (name == "augment" and "=" in text)
        parts = text.split("|" if commas or "|" in text else ",")
        if any(not part.strip() for part in parts):
            raise DigitpadError(
                _("{setting}={text}: a value is missing; write them as in {example}.").format(
                    setting=display_name(name), text=text, example="optimizer=adam,sgd"
                )
            )
        values = tuple(dict.fromkeys(read_value(name, part) for part in parts))
        return cls(name, text.strip(), values)

    @classmethod
    def _range(cls, name: str, text: str, scale: Scale, rest: str) -> Self:
        ends, colon, count = rest.partition(":")
        low_text, dots, high_text = ends.partition("..")
        if KINDS[name] not in {int, float}:
            raise DigitpadError(
                _("{setting}={text}: this setting has no ranges; list its values, separated by commas.").format(
                    setting=display_name(name), text=text
                )
            )
        if not dots or (colon and not (count.isdecimal() and 2 <= int(count) <= MOST_TRIALS)):
            raise DigitpadError(
                _("{setting}={text} is not a range; write it as {range}, or {counted} for four values of it.").format(
                    setting=display_name(name), text=text, range="log:1e-4..1e-1", counted="log:1e-4..1e-1:4"
                )
            )
        low, high = (float(read_value(name, end)) for end in (low_text, high_text))
        if not low < high:
            raise DigitpadError(
                _("{setting}={text}: the first number must be smaller than the second.").format(
                    setting=display_name(name), text=text
                )
            )
        if scale is Scale.LOGARITHMIC and low <= 0:
            raise DigitpadError(
                _("{setting}={text}: a logarithmic range must begin above 0; use lin: instead.").format(
                    setting=display_name(name), text=text
                )
            )
        if scale is Scale.WHOLE and not (low.is_integer() and high.is_integer()):
            raise DigitpadError(
                _("{setting}={text}: int: takes whole numbers.").format(setting=display_name(name), text=text)
            )
        dimension = cls(name, text, scale=scale, low=low, high=high)
        if not colon:
            return dimension
        shares = np.linspace(0.0, 1.0, int(count))
        return cls(name, text, tuple(dict.fromkeys(dimension.at(float(share)) for share in shares)))

    @property
    def is_finite(self) -> bool:
        """Whether the values can be listed."""
        return bool(self.values)

    def at(self, share: float) -> Value:
        """Return the value at a place of a range.

        Parameters
        ----------
        share
            From 0, the lower end, to 1, the upper end.
        """
        if self.scale is Scale.LOGARITHMIC:
            value = math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
        else:
            value = self.low + share * (self.high - self.low)
        value = min(max(value, self.low), self.high)
        if KINDS[self.name] is int or self.scale is Scale.WHOLE:
            return round(value)
        # Six digits are more than a training can tell apart, and can be read and typed.
        return float(f"{value:.6g}")

    def draw(self, rng: np.random.Generator) -> Value:
        """Return a random value."""
        if self.values:
            return self.values[int(rng.integers(len(self.values)))]
        if self.scale is Scale.WHOLE:
            return int(rng.integers(int(self.low), int(self.high), endpoint=True))
        return self.at(float(rng.random()))


#: Draws before a space counts as exhausted.
_DRAWS_PER_TRIAL = 20


class RandomStreams:
    """Random numbers for each draw of a sweep, which depend only on the seed and the number of the draw.

    Parameters
    ----------
    seed
        The seed of the sweep.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def __call__(self, number: int) -> np.random.Generator:
        """Return the random numbers for one draw."""
        return np.random.default_rng(np.random.SeedSequence(self._seed, spawn_key=(_SWEEP, number)))


#: Keeps the numbers of a sweep apart from those of the trainings with the same seed, see `digitpad.seeding`.
_SWEEP = 100


@dataclass(frozen=True, slots=True)
class Space:
    """All combinations of the values of some settings.

    Attributes
    ----------
    dimensions
        The settings with their values, in the order in which they were given.
    """

    dimensions: tuple[Dimension, ...]

    @classmethod
    def parse(cls, specifications: Iterable[str]) -> Self:
        """Read a space from texts such as `optimizer=adam,sgd`.

        Raises
        ------
        DigitpadError
            If no specification is given, one cannot be understood, or a setting is given twice.
        """
        dimensions: dict[str, Dimension] = {}
        for text in specifications:
            setting, equals, values = text.partition("=")
            if not equals:
                raise DigitpadError(
                    _("{text} does not say what to vary; write it as in {example}.").format(
                        text=text, example="optimizer=adam,sgd"
                    )
                )
            name = find_variable(setting)
            if name in dimensions:
                raise DigitpadError(
                    _("{setting} is given twice; list all of its values once.").format(setting=display_name(name))
                )
            dimensions[name] = Dimension.parse(name, values)
        if not dimensions:
            raise DigitpadError(
                _("A sweep needs at least one setting to vary; write {example}.").format(
                    example="--set learning-rate=log:1e-4..1e-1"
                )
            )
        return cls(tuple(dimensions.values()))

    @property
    def is_finite(self) -> bool:
        """Whether the combinations can be listed."""
        return all(dimension.is_finite for dimension in self.dimensions)

    @property
    def size(self) -> int:
        """Number of combinations of a finite space, before those that mean the same are joined."""
        return math.prod(len(dimension.values) for dimension in self.dimensions)

    def grid(self, fixed: Values) -> list[Values]:
        """Return all combinations; those that differ only in settings without effect count once.

        Parameters
        ----------
        fixed
            The settings that all trials share.

        Raises
        ------
        DigitpadError
            If a setting has a range, or there are too many combinations.
        """
        ranged = next((dimension for dimension in self.dimensions if not dimension.is_finite), None)
        if ranged is not None:
            raise DigitpadError(
                _(
                    "{setting}={text} is a range, which a grid cannot list; give the number of trials with --trials, "
                    "or the number of values, as in {counted}."
                ).format(setting=display_name(ranged.name), text=ranged.text, counted=f"{ranged.text}:4")
            )
        if self.size > MOST_TRIALS:
            raise DigitpadError(
                _("The grid has {count:,} combinations; draw fewer of them with --trials.").format(count=self.size)
            )
        names = [dimension.name for dimension in self.dimensions]
        combinations = (
            dict(zip(names, values, strict=True)) for values in product(*(each.values for each in self.dimensions))
        )
        return _distinct(effective(values, fixed) for values in combinations)

    def sample(self, count: int, rng_of: RandomStreams, fixed: Values) -> list[Values]:
        """Return different random combinations. The first ones do not depend on how many are asked for.

        Parameters
        ----------
        count
            Number of combinations.
        rng_of
            Returns the random numbers for the n-th draw.
        fixed
            As for `grid`.

        Raises
        ------
        DigitpadError
            If there are fewer combinations.
        """
        if self.is_finite and self.size <= MOST_TRIALS:
            listed = self.grid(fixed)
            if count > len(listed):
                raise DigitpadError(
                    _(
                        "There are only {known:,} combinations, so {count:,} trials would repeat some; omit --trials."
                    ).format(known=len(listed), count=count)
                )
            return [listed[place] for place in rng_of(0).permutation(len(listed))[:count]]
        found: list[Values] = []
        seen: set[tuple[tuple[str, Value], ...]] = set()
        for number in range(_DRAWS_PER_TRIAL * count):
            rng = rng_of(number)
            values = effective({each.name: each.draw(rng) for each in self.dimensions}, fixed)
            key = tuple(values.items())
            if key not in seen:
                seen.add(key)
                found.append(values)
            if len(found) == count:
                return found
        raise DigitpadError(
            _("Only {known:,} different trials were found for {count:,}; ask for fewer with --trials.").format(
                known=len(found), count=count
            )
        )


def effective(values: Values, fixed: Values) -> Values:
    """Return the values that have an effect: `momentum` has none with the optimizer adam.

    Parameters
    ----------
    values
        Values of the settings that are varied.
    fixed
        The settings that all trials share.
    """
    chosen = fixed | values
    recipe = recipe_of(chosen)
    unused = _OF_OPTIMIZERS - set(optimizer_options(str(chosen.get("optimizer", recipe.optimizer))))
    unused |= _OF_SCHEDULES - set(schedule_options(str(chosen.get("schedule", recipe.schedule))))
    return {name: value for name, value in values.items() if name not in unused}


def _distinct(combinations: Iterable[Values]) -> list[Values]:
    return [dict(key) for key in dict.fromkeys(tuple(values.items()) for values in combinations)]
