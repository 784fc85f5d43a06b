"""A whole run, as data: which images, which network, and how it is trained. With it a run can be repeated."""

import json
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

from digitpad.errors import DigitpadError
from digitpad.nn import ARCHITECTURES, Architecture
from digitpad.training.recipes import find_recipe
from digitpad.training.settings import TrainingSettings

_KEYS = ("architecture", "dataset", "limit", "validation", "settings", "start_from")


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What to train, on what, and how.

    Parameters
    ----------
    architecture
        The network's plan, as chosen or edited; initializer and dropout of the settings come on top of it.
    dataset
        As `open_samples` takes it.
    limit, validation
        How many images to use in all, and how many of them to hold out; see `choose_images`.
    settings
        How to train.
    start_from
        A model, by name or file, whose weights the network begins with; None draws them by chance.
    """

    architecture: Architecture
    dataset: str = "mnist"
    limit: int | None = None
    validation: int | None = None
    settings: TrainingSettings = field(default_factory=TrainingSettings)
    start_from: str | None = None

    @classmethod
    def quick(cls) -> Self:
        """Return what is trained if nobody chooses anything: MNIST, 98% of it read right within seconds."""
        recipe = asdict(find_recipe("quick"))
        del recipe["aim"]
        return cls(ARCHITECTURES["standard"], settings=TrainingSettings(**recipe))

    def with_settings(self, **changes: Any) -> Self:
        """Return the plan with some of its settings changed.

        Raises
        ------
        DigitpadError
            If a value cannot work.
        """
        return replace(self, settings=replace(self.settings, **changes))

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain values."""
        return {
            "architecture": json.loads(self.architecture.to_json()),
            "dataset": self.dataset,
            "limit": self.limit,
            "validation": self.validation,
            "settings": self.settings.to_dict(),
            "start_from": self.start_from,
        }

    def to_json(self) -> str:
        """Return the plan as JSON text."""
        return json.dumps(self.to_dict(), indent=2)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a plan from JSON text.

        Raises
        ------
        DigitpadError
            Naming what is missing, unknown or impossible.
        """
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise DigitpadError(f"The plan is no JSON ({error}); correct the file.") from error
        return cls.from_dict(data)

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read a plan as `to_dict` returns it.

        Raises
        ------
        DigitpadError
            Naming what is missing, unknown or impossible.
        """
        if not isinstance(data, dict) or not {"architecture", "dataset"} <= data.keys():
            raise DigitpadError("The plan must be a table with architecture, dataset and settings; correct the file.")
        for name in data.keys() - set(_KEYS):
            raise DigitpadError(f"The plan has {name!r}, which means nothing; remove it (it has {', '.join(_KEYS)}).")
        try:
            architecture = Architecture.from_json(json.dumps(data["architecture"]))
        except (ValueError, RecursionError) as error:
            raise DigitpadError(f"The plan's architecture cannot be read ({error}); correct it.") from error
        if not isinstance(data["dataset"], str):
            raise DigitpadError(f"The plan's dataset must be a text, not {data['dataset']!r}; correct it.")
        return cls(
            architecture,
            data["dataset"],
            _count("limit", data.get("limit")),
            _count("validation", data.get("validation")),
            TrainingSettings.from_dict(data.get("settings", {})),
            _text_or_none("start_from", data.get("start_from")),
        )


def _count(name: str, value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0):
        return value
    raise DigitpadError(f"The plan's {name} must be null or a whole number of at least 0, not {value!r}; correct it.")


def _text_or_none(name: str, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise DigitpadError(f"The plan's {name} must be null or a text, not {value!r}; correct it.")
