"""Distributions with their controls: weights, gradients or activations, now or over the run."""

import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from digitpad.gui.widgets.cards import scroller
from digitpad.gui.widgets.flow_layout import FlowLayout
from digitpad.gui.widgets.live_text import LiveText
from digitpad.gui.widgets.segmented import segments
from digitpad.gui.widgets.theme import SPACE, Theme, text_font
from digitpad.gui.workers.latest import LatestWorker, Outcome
from digitpad.gui.workspace.distributions.chart import DistributionsChart
from digitpad.gui.workspace.distributions.work import (
    ACTIVATIONS,
    GRADIENTS,
    WEIGHTS,
    Distributions,
    find_now,
    find_over_run,
)
from digitpad.gui.workspace.models import Source
from digitpad.gui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from digitpad.gui.workspace.models import LoadedModel

QUANTITIES = (WEIGHTS, GRADIENTS, ACTIVATIONS)
_KIND = "distributions"
_RENEWAL = 5.0  # seconds between two looks at the film of a run that is being trained


class DistributionsView(QWidget):
    """Shows the distributions of the network of the workspace. It works while it is visible."""

    def __init__(self, theme: Theme, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("distributionsView")
        self._workspace = workspace
        self._network: LoadedModel | None = None
        self._quantity = WEIGHTS
        self._over_run = False
        self._asked_at = 0.0
        self._worker = LatestWorker(self)
        self._worker.result_ready.connect(self._receive)
        self.chart = DistributionsChart(theme, self)
        self.quantities, quantities = segments(
            [
                ("distributionsWeights", self.tr("Weights"), self.tr("The parameters of each layer")),
                (
                    "distributionsGradients",
                    self.tr("Gradients"),
                    self.tr("The gradients of each layer, as kept while the run was trained"),
                ),
                (
                    "distributionsActivations",
                    self.tr("Activations"),
                    self.tr("The outputs of each layer for 64 images"),
                ),
            ],
            self,
            label=self.tr("Distributions of"),
        )
        self.times, times = segments(
            [
                ("distributionsNow", self.tr("Now"), self.tr("The network as it is now")),
                (
                    "distributionsOverRun",
                    self.tr("Over the run"),
                    self.tr("Up to 40 moments of the run, the first one at the top"),
                ),
            ],
            self,
            label=self.tr("Time"),
        )
        self.words = LiveText(
            theme,
            "distributionsWords",
            text_font(self.font(), scale=0.9),
            "muted",
            self,
            spoken=self.tr("What is shown"),
            lines=2,
        )
        controls = FlowLayout()
        controls.setSpacing(SPACE)
        for button in quantities:
            controls.addWidget(button)
        controls.add_stretch()
        for button in times:
            controls.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE // 2)
        column.addLayout(controls)
        area = scroller("distributionsScroll", self.tr("Distributions by layer"), self.chart, self)
        column.addWidget(area, 1)
        column.addWidget(self.words)
        self.quantities.idClicked.connect(self._choose_quantity)
        self.times.idClicked.connect(self._choose_time)
        workspace.networks_changed.connect(self._follow)

    @property
    def busy(self) -> bool:
        """Whether distributions are being computed."""
        return self._worker.busy

    def shut_down(self) -> None:
        """Stop the worker and wait for its end."""
        self._worker.shut_down()

    def hasHeightForWidth(self) -> bool:
        """Return False: Qt would take the preferred height of the plots, which scroll, for the least height."""
        return False

    def heightForWidth(self, _width: int) -> int:
        """Return -1: a stack of pages asks all of them if one has a height for a width."""
        return -1

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the network from now on."""
        super().showEvent(event)
        self._network = None
        self._follow()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop work whose result is not visible."""
        self._worker.forget(_KIND)
        super().hideEvent(event)

    @Slot(int)
    def _choose_quantity(self, number: int) -> None:
        self._quantity = QUANTITIES[number]
        self.chart.show_ridges(())
        self._ask()

    @Slot(int)
    def _choose_time(self, number: int) -> None:
        self._over_run = number == 1
        self.chart.show_ridges(())
        self._ask()

    @Slot()
    def _follow(self) -> None:
        network = self._workspace.looked_at
        if not self.isVisible() or (network is self._network and network is not None):
            return
        before, self._network = self._network, network
        if network is None or network.model is None:
            self.chart.show_ridges(())
            self.words.show_text(self.tr("There is no network to look into."))
            return
        # The run is the same at every moment of a replay; while it is trained, it grows.
        if self._over_run and before is not None and before.path == network.path:
            if network.source is Source.IN_TRAINING and not self.busy and time.monotonic() - self._asked_at > _RENEWAL:
                self._ask()
        else:
            if self._over_run:
                self.chart.show_ridges(())
            self._ask()

    def _ask(self) -> None:
        network = self._network
        if network is not None and network.model is not None and self.isVisible():
            self._asked_at = time.monotonic()
            work = find_over_run if self._over_run else find_now
            self._worker.ask(_KIND, partial(work, network, self._quantity))

    @Slot(object)
    def _receive(self, outcome: Outcome) -> None:
        if outcome.trouble:
            self.chart.show_ridges(())
            self.words.show_text(outcome.trouble)
        elif isinstance(outcome.result, Distributions):
            if not outcome.final and len(outcome.result.ridges) < len(self.chart.ridges):
                # The first moments of a run that is shown already.
                return
            self.chart.show_ridges(outcome.result.ridges)
            self.words.show_text(self._in_words(outcome.result))

    def _in_words(self, found: Distributions) -> str:
        if not found.ridges:
            if self._quantity == GRADIENTS:
                return self.tr(
                    "No gradients of this network were kept. They are kept with the film of a run that is trained "
                    "in the window."
                )
            return self.tr("This network has no film. Choose a network in training, or replay a run.")
        first, last = found.ridges[0].step, found.ridges[-1].step
        if len(found.ridges) > 1 and first is not None and last is not None:
            text = self.tr("Steps {first:,} to {last:,}, the first one at the top.").format(first=first, last=last)
        elif last is not None:
            text = self.tr("Step {step:,}.").format(step=last)
        else:
            text = self.tr("{network}.").format(network=self._network.title if self._network is not None else "")
        if found.images:
            images = self.tr("Outputs for %n image(s).", "", found.images)
            return f"{text} {images}"
        return text
