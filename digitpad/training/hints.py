"""Hints about the health of a training: what is wrong, why, and what helps. `advisor` derives them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from digitpad.nn import Architecture
from digitpad.training.controls import Controls
from digitpad.training.plan import RunPlan


class Severity(StrEnum):
    """The importance of a hint."""

    GOOD = "good"
    NOTICE = "notice"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Cure:
    """A remedy.

    Attributes
    ----------
    label
        Text of the button that applies it.
    controls
        Changes for `Controls.change` during the run; empty if a new run is needed.
    settings
        Changes of the settings for a new run.
    architecture
        The architecture of a new run; None keeps it.
    """

    label: str
    controls: Mapping[str, float] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    architecture: Architecture | None = None

    @property
    def is_live(self) -> bool:
        """Whether it can be applied during the run."""
        return bool(self.controls)

    def apply_to(self, controls: Controls) -> None:
        """Apply the change to a running training."""
        controls.change(**self.controls)

    def changed(self, plan: RunPlan) -> RunPlan:
        """Return the plan of a new run."""
        architecture = plan.architecture if self.architecture is None else self.architecture
        return replace(plan, architecture=architecture).with_settings(**self.settings)


@dataclass(frozen=True, slots=True)
class Hint:
    """A hint about a training.

    Attributes
    ----------
    key
        Identifies the subject of the hint; a later hint about the same subject has the same key.
    severity
        Importance.
    title, why
        The problem in a few words, and the reason in one or two sentences.
    cure
        A remedy; None if nothing needs to be done.
    """

    key: str
    severity: Severity
    title: str
    why: str
    cure: Cure | None = None
