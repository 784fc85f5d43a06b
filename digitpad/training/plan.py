"""The plan of a run, as data: images, network and settings. A run can be repeated from its plan."""

from dataclasses import dataclass, field, replace
from typing import Any, Self

from digitpad.errors import DigitpadError
from digitpad.json_records import JSONError, dump_json, parse_json, to_record
from digitpad.models.architecture_file import read_architecture
from digitpad.nn import ARCHITECTURES, Architecture
from digitpad.training.folds import Fold
from digitpad.training.recipes import QUICK, find_recipe
from digitpad.training.settings import TrainingSettings
from digitpad.translation import gettext as _


@dataclass(frozen=True, slots=True)
class _Parts:
    """The plan as stored in a file; architecture and settings have their own readers."""

    architecture: dict[str, Any]
    dataset: str
    limit: int | None = None
    validation: int | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    start_from: str | None = None
    limit_per_class: int | None = None
    fold: str | None = None


@dataclass(frozen=True, slots=True)
class RunPlan:
    """The architecture, data and settings of a run.

    Parameters
    ----------
    architecture
        The architecture, as chosen or edited; the initializer and dropout of the settings are applied on top.
    dataset
        As `open_samples` takes it.
    limit, validation
        Number of images to use in all, and number of those for validation; see `choose_images`.
    settings
        The training settings.
    start_from
        Name or file of a model whose weights the training starts from; None starts from random weights.
    limit_per_class
        Largest number of images of each class; None uses all. It applies before `limit`.
    fold
        Validate on the writers of this fold instead of random images, see `digitpad.training.folds`; None does not.
    """

    architecture: Architecture
    dataset: str = "mnist"
    limit: int | None = None
    validation: int | None = None
    settings: TrainingSettings = field(default_factory=TrainingSettings)
    start_from: str | None = None
    limit_per_class: int | None = None
    fold: str | None = None

    @classmethod
    def quick(cls) -> Self:
        """Return the default plan: MNIST, with 98% accuracy within seconds."""
        return cls(ARCHITECTURES["standard"], settings=TrainingSettings(**find_recipe(QUICK).settings()))

    def with_settings(self, **changes: Any) -> Self:
        """Return the plan with changed settings.

        Raises
        ------
        DigitpadError
            If a value is invalid.
        """
        return replace(self, settings=replace(self.settings, **changes))

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as a dictionary of plain values."""
        return {
            "architecture": parse_json(self.architecture.to_json()),
            "dataset": self.dataset,
            "limit": self.limit,
            "validation": self.validation,
            "settings": self.settings.to_dict(),
            "start_from": self.start_from,
            "limit_per_class": self.limit_per_class,
            **({} if self.fold is None else {"fold": self.fold}),
        }

    def to_json(self) -> str:
        """Return the plan as JSON text."""
        return dump_json(self.to_dict(), indent=2)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a plan from JSON text.

        Raises
        ------
        DigitpadError
            The message names what is missing, unknown or invalid.
        """
        try:
            data = parse_json(text)
        except JSONError as error:
            raise DigitpadError(
                _("The plan is not valid JSON ({reason}); correct the file.").format(reason=error)
            ) from error
        return cls.from_dict(data)

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Read a plan from a dictionary, as `to_dict` returns it.

        Raises
        ------
        DigitpadError
            The message names what is missing, unknown or invalid.
        """
        if not isinstance(data, dict) or not {"architecture", "dataset"} <= data.keys():
            raise DigitpadError(
                _("The plan must be a JSON object with architecture, dataset and settings; correct the file.")
            )
        plain = {**data, "architecture": {}, "settings": {}}
        try:
            parts = to_record(_Parts, plain)
        except JSONError as error:
            raise DigitpadError(_("The plan cannot be used: {reason}; correct it.").format(reason=error)) from error
        try:
            architecture = read_architecture(data["architecture"])
        except JSONError as error:
            raise DigitpadError(
                _("The architecture in the plan cannot be read ({reason}); correct it.").format(reason=error)
            ) from error
        for name in ("limit", "validation", "limit_per_class"):
            value = getattr(parts, name)
            if value is not None and value < 0:
                raise DigitpadError(
                    _(
                        "In the plan, {name} must be null or a whole number of at least 0, not {value}; correct it."
                    ).format(name=name, value=value)
                )
        settings = TrainingSettings.from_dict(data.get("settings", {}))
        return cls(
            architecture,
            parts.dataset,
            parts.limit,
            parts.validation,
            settings,
            parts.start_from,
            parts.limit_per_class,
            None if parts.fold is None else str(Fold.parse(parts.fold)),
        )
