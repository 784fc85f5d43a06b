"""The card of an adapted model: what it comes from, what it has learned, and what that has changed."""

from digitpad.adaptation.judging import BeforeAfter
from digitpad.adaptation.learning import AdaptationSettings, Protection
from digitpad.adaptation.session import LearnedHand

_OWN = "Each batch has {own} of these drawings, varied"
_PROTECTED = {
    Protection.REPLAY: (
        f"{_OWN}, and {{replayed}} images that are replayed: of MNIST, pen ink, pen ink in particular manners, and "
        "drawings that show no digit, those that are hardest for the model, whose outputs for them are held. The "
        "weights are {share:.0%} of the way from those before to those trained."
    ),
    Protection.CONSOLIDATION: (
        f"{_OWN}. Elastic weight consolidation with the strength {{strength:g}} holds the weights; nothing is replayed."
    ),
    Protection.NONE: f"{_OWN}. Nothing protects what the model knew before.",
}
_HOW_COUNTED = (
    "The ink of these writers may be among the data that the first model was trained on. Drawings count as correct if "
    "they are read as in the window; the other rows compare the best of the classes with the label, whether the image "
    "is refused or not."
)


def card(learned: LearnedHand, name: str, command: str) -> str:
    """Return the card of an adapted model, in Markdown and in English, as the cards of all models are.

    Parameters
    ----------
    learned
        The adapted model.
    name
        Its name.
    command
        The command that adapts it again.
    """
    own, settings = learned.own, learned.settings
    counts = [f"{sum(one.label == label for one in own.samples)} of {label}" for label in own.labels]
    learning = (
        f"It has learned from {len(own.samples)} drawings ({', '.join(counts)}) in {settings.steps} steps, which took "
        f"{learned.adapted.seconds:.1f} seconds. {_protection(settings, learned.adapted.share)} Seed {settings.seed}."
    )
    added = learned.adapted.model.metadata.labels[len(learned.base.metadata.labels) :]
    lines = [
        f"# {name}",
        "",
        f"`{learned.base.name}`, adapted to one person's handwriting.",
        "",
        "```sh",
        command,
        "```",
        "",
        learning,
        *(["", f"New classes: {', '.join(added)}."] if added else []),
        "",
        "| | images | correct before | correct after |",
        "|---|---|---|---|",
        *([] if learned.mine is None else [_row("these drawings, each by a model that has not seen it", learned.mine)]),
        _row("MNIST, test set", learned.mnist),
        _row("pen ink of 30 writers, which is not replayed", learned.writers),
        "",
        _HOW_COUNTED,
        "",
    ]
    return "\n".join(lines)


def _protection(settings: AdaptationSettings, share: float) -> str:
    return _PROTECTED[settings.protection].format(
        own=settings.own, replayed=settings.replayed, strength=settings.strength, share=share
    )


def _row(name: str, result: BeforeAfter) -> str:
    return f"| {name} | {result.count:,} | {result.before:.2%} | {result.after:.2%} |"
