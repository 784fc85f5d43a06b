"""Training health in plain words, by rules over the events of a run.

Each hint says what is wrong, why (with the true numbers), and what helps: a change during the run, or another plan for
the next one. It names the setting that was in force when the problem arose, which may have been changed since. The
rules are deliberately simple, so that they can be checked against the curves.
"""

from digitpad.data.augmentation import Augmentation
from digitpad.training.building import has_layer, replaced_type
from digitpad.training.events import EpochCompleted, Event, StopReason
from digitpad.training.hints import Cure, Hint, Severity
from digitpad.training.history import RunHistory
from digitpad.training.observations import Observations, Rise
from digitpad.training.plan import RunPlan
from digitpad.translation import gettext as _
from digitpad.translation import ngettext

#: No hint about the speed of learning before this number of steps.
_PATIENCE = 100
#: With this training accuracy, a network does not count as not learning.
_LEARNED = 0.9
#: The usual update is about a thousandth of the weights; this is far below.
_TINY_UPDATE = 1e-4
_FEW_STEPS = 10
_USUAL_DROPOUT, _HIGHEST_DROPOUT = 0.25, 0.6
_EPOCHS_TO_TELL = 2  # after which the effect of a change shows in the validation loss
_NAMED = 5  # classes that are named if there are more
_USUAL_AUGMENTATION = Augmentation(rotation=10, shift=1.5, scale=0.1, shear=10, elastic=0.6)


class Advisor:
    """Derives hints from the events of one training.

    Parameters
    ----------
    plan
        The plan of the run.
    """

    def __init__(self, plan: RunPlan) -> None:
        self._plan = plan
        self._seen = Observations(plan)

    def recall(self, history: RunHistory) -> None:
        """Process the events before the run was resumed."""
        self._seen.recall(history)

    def hear(self, event: Event) -> None:
        """Process an event."""
        self._seen.hear(event)

    def hints(self) -> list[Hint]:
        """Return the current hints: problems first, then in the order in which they are best read."""
        rules = (
            self._diverged,
            self._exploding,
            self._not_recovered,
            self._not_learning,
            self._overfitting,
            self._large_batch,
            self._lone_classes,
            self._dead_units,
        )
        found = [hint for rule in rules if (hint := rule()) is not None]
        if not found:
            found = [hint for hint in (self._well(),) if hint is not None]
        order = list(Severity)
        return sorted(found, key=lambda hint: -order.index(hint.severity))

    # How large the steps are

    def _diverged(self) -> Hint | None:
        stopped = self._seen.stopped
        if stopped is None or stopped.reason is not StopReason.DIVERGED:
            return None
        seen = self._seen
        then = max(seen.recent_highest_rate, seen.rise.rate if seen.rise is not None else 0.0)
        # A rate that was lowered too late is not known to be too high.
        lower = min(seen.set_rate, _rounded(then / 10))
        said = _(
            "After {steps}, with the learning rate set to {rate}, the loss was no longer finite: each step "
            "overshot further than the one before. The last good weights are kept."
        )
        if then > seen.set_rate:
            said = _(
                "After {steps} the loss was no longer finite. The learning rate had been set to {rate}, and each "
                "step overshot further than the one before. The last good weights are kept."
            )
        return Hint(
            "diverged",
            Severity.TROUBLE,
            _("The loss is not a finite number"),
            said.format(steps=_steps(stopped.steps), rate=f"{then:g}"),
            self._again(lower),
        )

    def _exploding(self) -> Hint | None:
        seen = self._seen
        rise = seen.rise
        if seen.stopped is not None or rise is None or not seen.is_high:
            return None
        first, now, lowest = seen.first_loss, seen.recent_loss, seen.lowest_loss
        said = _(
            "Over the last {count} steps the loss was {now}; it started at {first} and has been as low as {lowest}."
        )
        said = said.format(
            count=seen.window, now=_figure(now), first=_figure(first), lowest=_figure(min(lowest, first))
        )
        title = _("The training loss has risen again") if seen.has_forgotten else _("The loss is exploding")
        cure: Cure | None = self._slower()
        if rise.rate <= seen.set_rate:
            cause = _("The learning rate is set to {rate}, which is too high for this network.")
            cause = cause.format(rate=f"{seen.set_rate:g}")
        else:
            cause, cure = self._after_a_rise(rise)
            if not seen.has_forgotten:
                title = _("The loss has exploded")
        severity = Severity.NOTICE if cure is None else Severity.TROUBLE
        return Hint("exploding", severity, title, f"{said} {cause}", cure)

    def _after_a_rise(self, rise: Rise) -> tuple[str, Cure | None]:
        """Return what to do now that the rate has been lowered, and the cure if it came too late."""
        seen = self._seen
        cause = _("The learning rate was set to {then} when it rose, which is too high for this network.").format(
            then=f"{rise.rate:g}"
        )
        cure: Cure | None = None
        if seen.steps_since_change > seen.window and seen.recent_loss < 0.98 * seen.loss_since_change:
            advice = _("It is set to {now} now, and the loss has fallen since: keep training.")
        elif seen.steps_since_change < _PATIENCE:
            advice = _("It is set to {now} now: keep training, and watch whether the loss falls.")
        else:
            advice = _("It is set to {now} now, but the loss is not falling.") + " " + _spoiled()
            cure = self._again(seen.set_rate)
        advice = advice.format(now=f"{seen.set_rate:g}")
        return f"{cause} {advice}", cure

    def _not_learning(self) -> Hint | None:
        seen = self._seen
        if seen.stopped is not None or seen.steps_since_change < _PATIENCE or self._exploding() is not None:
            return None
        if seen.rise is not None and seen.rise.rate > seen.set_rate:
            # See `_not_recovered`: the present rate is not to blame.
            return None
        first, now = seen.loss_since_change, seen.recent_loss
        # A network that has learned most of it has little left to learn.
        if now < 0.98 * first or now < 0.5 * seen.first_loss or seen.recent_accuracy >= _LEARNED:
            return None
        rate = f"{seen.set_rate:g}"
        said = _("In {steps} the loss went from {first} to {now}.")
        if seen.was_changed:
            said = _("In the {steps} since the learning rate was changed, the loss went from {first} to {now}.")
        said = said.format(steps=_steps(seen.steps_since_change), first=_figure(first), now=_figure(now))
        ratio = seen.update_ratio
        if ratio is not None and ratio > _TINY_UPDATE:
            return Hint(
                "stuck",
                Severity.NOTICE,
                _("The network is not learning"),
                said
                + " "
                + _(
                    "A step changes the weights by {ratio} of their size, which is enough, but the "
                    "steps do not lower the loss. The learning rate is set to {rate}; a lower one may help."
                ).format(ratio=f"{ratio:.1e}", rate=rate),
                self._slower(),
            )
        if ratio is not None:
            said += " " + _("A step changes the weights by only {ratio} of their size.").format(ratio=f"{ratio:.1e}")
        return Hint(
            "slow",
            Severity.NOTICE,
            _("The learning rate is too low"),
            said + " " + _("The learning rate is set to {rate}.").format(rate=rate),
            self._faster(),
        )

    def _not_recovered(self) -> Hint | None:
        """Tell a low rate from weights that an earlier, higher rate has spoiled."""
        seen, rise = self._seen, self._seen.rise
        if rise is None or not seen.has_recent_losses or self._diverged() is not None:
            return None
        lowered = rise.rate > seen.set_rate and seen.steps_since_change >= _PATIENCE and not seen.is_high
        if seen.stopped is None and not lowered:
            return None
        first, now = seen.first_loss, seen.recent_loss
        reference = min(first, seen.loss_since_change) if lowered else first
        if now < 0.98 * reference:
            return None
        rate = min(seen.set_rate, _rounded(rise.rate / 10))
        said = _(
            "Over the last {count} steps the loss was {now}; it started at {first}. By step {step} it had risen, with "
            "the learning rate set to {then}; the rate is {rate} now."
        ).format(
            count=seen.window,
            now=_figure(now),
            first=_figure(first),
            step=f"{rise.step:,}",
            then=f"{rise.rate:g}",
            rate=f"{seen.set_rate:g}",
        )
        return Hint(
            "stuck",
            Severity.NOTICE,
            _("The network has not recovered"),
            f"{said} {_spoiled()}",
            self._again(rate),
        )

    # What the images allow

    def _overfitting(self) -> Hint | None:
        told = [(epoch, epoch.validation_loss) for epoch in self._seen.epochs if epoch.validation_loss is not None]
        if len(told) < 3:
            return None
        (best, lowest), (last, now) = min(told, key=lambda pair: pair[1]), told[-1]
        if last.epoch - best.epoch < 2 or now < 1.05 * lowest or last.train_loss > min(best.train_loss, 0.8 * now):
            return None
        said = _(
            "Since epoch {epoch} the validation loss has risen from {lowest} to {now}, while the training loss has "
            "fallen to {training}. This is called overfitting."
        ).format(epoch=best.epoch, lowest=_figure(lowest), now=_figure(now), training=_figure(last.train_loss))
        cure = self._against_overfitting()
        changed = self._seen.regularised_at
        if changed is not None and len(self._seen.epochs) - changed < _EPOCHS_TO_TELL:
            said += " " + _("Dropout or L2 penalty were changed since; the next epochs show whether that is enough.")
            cure = None
        return Hint("overfitting", Severity.NOTICE, _("The network is overfitting"), said, cure)

    def _against_overfitting(self) -> Cure | None:
        settings, values = self._plan.settings, self._seen.values
        if not settings.augmentation:
            return Cure(
                _("Train again with augmented images"),
                settings={"augmentation": _USUAL_AUGMENTATION, "keep_best": True},
            )
        dropout = next((share for share in (values.dropout, settings.dropout) if share is not None), _USUAL_DROPOUT)
        raised = min(_HIGHEST_DROPOUT, round(dropout + 0.25, 2))
        if has_layer(self._plan.architecture, "Dropout") and raised > dropout:
            return Cure(
                _("Raise the dropout to {share}").format(share=f"{raised:g}"),
                controls={"dropout": raised},
                settings={"dropout": raised},
            )
        decay = settings.weight_decay if values.weight_decay is None else values.weight_decay
        decay = max(10 * (decay or 0.0), 1e-4)
        return Cure(
            _("Raise the L2 penalty to {strength}").format(strength=f"{decay:g}"),
            controls={"weight_decay": decay},
            settings={"weight_decay": decay},
        )

    def _large_batch(self) -> Hint | None:
        started = self._seen.started
        if started is None or started.batches >= _FEW_STEPS or started.batch_size <= 16:
            return None
        smaller = 16
        while smaller * 2 * 50 <= started.training_count:
            smaller *= 2
        return Hint(
            "large_batch",
            Severity.NOTICE,
            _("The batch size is too large for this number of images"),
            _(
                "{images} images in batches of {size} give {steps} per epoch, which is too few for "
                "the weights to change much."
            ).format(images=f"{started.training_count:,}", size=started.batch_size, steps=_steps(started.batches)),
            Cure(_("Train again in batches of {size}").format(size=smaller), settings={"batch_size": smaller}),
        )

    def _lone_classes(self) -> Hint | None:
        lone = self._seen.started.lone_classes if self._seen.started is not None else ()
        if not lone:
            return None
        cure = None
        if not self._plan.settings.augmentation:
            cure = Cure(_("Train again with augmented images"), settings={"augmentation": _USUAL_AUGMENTATION})
        names = ", ".join(lone[:_NAMED])
        said = ngettext("There is a single image of {names}.", "There is a single image each of {names}.", len(lone))
        if len(lone) > _NAMED:
            said = _("Several classes have a single image: {names} and others.")
        return Hint(
            "lone_classes",
            Severity.NOTICE,
            ngettext("A class has a single image", "Some classes have a single image", len(lone)),
            said.format(names=names)
            + " "
            + _(
                "It is used either for training or for validation, so the validation figures say "
                "little about this class. Add images to its folder."
            ),
            cure,
        )

    def _dead_units(self) -> Hint | None:
        measured = self._seen.layers
        if measured is None:
            return None
        dying = [layer for layer in measured.layers if layer.has_many_dead_units]
        if not dying:
            return None
        worst = max(dying, key=lambda layer: (layer.dead_units or 0) / (layer.units or 1))
        leaky = replaced_type(self._plan.architecture, "ReLU", "LeakyReLU")
        said = _(
            "{dead} of the {units} units of {layer} activate for none of the {images} sample images. A ReLU that "
            "never activates passes no gradient on, so most of these units will not recover."
        ).format(dead=worst.dead_units, units=worst.units, layer=worst.name, images=measured.images)
        now, highest = self._seen.set_rate, self._seen.highest_rate
        if highest > now:
            cause = _("The learning rate is {now} now and has been {highest}, which may be the cause.")
            said += " " + cause.format(now=f"{now:g}", highest=f"{highest:g}")
        lower = _rounded(min(now, max(now, highest) / 3))
        return Hint(
            "dead_units",
            Severity.TROUBLE if worst.dead_units == worst.units else Severity.NOTICE,
            _("Many units of {layer} never activate").format(layer=worst.name),
            said,
            Cure(
                _("Train again with Leaky ReLU and the learning rate {rate}").format(rate=f"{lower:g}"),
                architecture=leaky,
                settings={"learning_rate": lower},
            ),
        )

    def _well(self) -> Hint | None:
        seen = self._seen
        if not seen.epochs or seen.started is None:
            return None
        last = seen.epochs[-1]
        figure = _accuracy(last)
        earlier = [_accuracy(epoch) for epoch in seen.epochs]
        if figure < 0.5 or figure < max(earlier) - 0.01:
            return None
        said = _("After {epochs} the validation {score} is {share}.")
        if last.validation_accuracy is None:
            said = _("After {epochs} the training {score} is {share}.")
        if len(earlier) > 1 and earlier[0] < figure:
            said = _("After {epochs} the validation {score} is {share}, up from {first} after the first.")
            if last.validation_accuracy is None:
                said = _("After {epochs} the training {score} is {share}, up from {first} after the first.")
        epochs = ngettext("{count} epoch", "{count} epochs", last.epoch).format(count=f"{last.epoch:,}")
        return Hint(
            "well",
            Severity.GOOD,
            _("The network is learning well"),
            said.format(epochs=epochs, score=seen.started.score, share=_percent(figure), first=_percent(earlier[0])),
        )

    # Cures

    def _again(self, rate: float) -> Cure:
        return Cure(_("Train again with {rate}").format(rate=f"{rate:g}"), settings={"learning_rate": rate})

    def _slower(self) -> Cure:
        rate = _rounded(self._seen.set_rate / 10)
        return Cure(
            _("Lower the learning rate to {rate}").format(rate=f"{rate:g}"),
            controls={"learning_rate_factor": self._seen.values.learning_rate_factor / 10},
            settings={"learning_rate": rate},
        )

    def _faster(self) -> Cure:
        rate = _rounded(10 * self._seen.set_rate)
        return Cure(
            _("Raise the learning rate to {rate}").format(rate=f"{rate:g}"),
            controls={"learning_rate_factor": self._seen.values.learning_rate_factor * 10},
            settings={"learning_rate": rate},
        )


def _spoiled() -> str:
    return _(
        "The steps were so large that the weights may not recover: train again, or go back to an earlier checkpoint."
    )


def _rounded(rate: float) -> float:
    return float(f"{rate:.2g}")


def _accuracy(epoch: EpochCompleted) -> float:
    return epoch.train_accuracy if epoch.validation_accuracy is None else epoch.validation_accuracy


def _steps(count: int) -> str:
    return ngettext("{count} step", "{count} steps", count).format(count=f"{count:,}")


def _figure(loss: float) -> str:
    return f"{loss:.3g}" if loss < 1000 else f"{loss:.2e}"


def _percent(share: float) -> str:
    # Rounded down, so that only all of them give 100%.
    return f"{int(share * 1000) / 10:.1f}%"
