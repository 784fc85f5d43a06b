"""The result of reading a number: its characters and their positions, line by line."""

from dataclasses import dataclass, replace
from itertools import accumulate

from digitpad.reading.pieces import Box
from digitpad.reading.recognizer import Prediction
from digitpad.translation import gettext as _


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """One character of a number, and its position.

    Attributes
    ----------
    label
        A class of the network; or one of `digitpad.reading.signs.SIGNS`.
    box
        Left, top, right, bottom of its ink, in canvas units or pixels.
    prediction
        The prediction of the network; None for a sign, which is recognized by shape and position alone.
    """

    label: str
    box: Box
    prediction: Prediction | None


@dataclass(frozen=True, slots=True, eq=False)
class NumberReading:
    """The reading of a drawing or a picture.

    Attributes
    ----------
    segments
        The segments line by line, from left to right; a single one for one digit, or for a blank picture.
    probability
        The confidence, in [0, 1]. For one digit, the predicted probability; for a number, the product of the
        probabilities of all digits and of the probability of this segmentation among all segmentations.
    line_lengths
        Number of segments of each line, from the top; empty for a single line.
    """

    segments: tuple[Segment, ...]
    probability: float
    line_lengths: tuple[int, ...] = ()

    @property
    def lines(self) -> tuple[tuple[Segment, ...], ...]:
        """The segments of each line, from the top."""
        if not self.line_lengths:
            return (self.segments,)
        stops = list(accumulate(self.line_lengths))
        return tuple(self.segments[stop - length : stop] for length, stop in zip(self.line_lengths, stops, strict=True))

    @property
    def line_texts(self) -> tuple[str, ...]:
        """The text of each line, from the top."""
        return tuple("".join(segment.label for segment in line) for line in self.lines)

    @property
    def text(self) -> str:
        """The whole text, with line breaks between lines."""
        return "\n".join(self.line_texts)

    @property
    def is_number(self) -> bool:
        """Whether there is more than one digit or sign."""
        return len(self.segments) > 1

    @property
    def as_digit(self) -> Prediction | None:
        """The prediction for the whole, if it is one digit; None for a number."""
        return None if self.is_number else self.segments[0].prediction

    @property
    def rejected(self) -> bool:
        """Whether any segment is not a digit, so that the text is unreliable."""
        return self.reason is not None

    @property
    def reason(self) -> str | None:
        """The reason for the rejection, in words; None if it was not rejected."""
        for place, segment in enumerate(self.segments, start=1):
            if segment.prediction is not None and segment.prediction.rejected:
                reason = segment.prediction.reason or _("unlike any digit")
                if not self.is_number:
                    return reason
                return _("character {place} of {count}: {reason}").format(
                    place=place, count=len(self.segments), reason=reason
                )
        return None


def single(prediction: Prediction, box: Box) -> NumberReading:
    """Return the reading of one digit."""
    return NumberReading((Segment(prediction.label, box, prediction),), prediction.probability)


def moved(reading: NumberReading, right: int, down: int) -> NumberReading:
    """Return a reading with its boxes moved to another origin."""
    if not right and not down:
        return reading
    segments = tuple(
        replace(one, box=(one.box[0] + right, one.box[1] + down, one.box[2] + right, one.box[3] + down))
        for one in reading.segments
    )
    return replace(reading, segments=segments)
