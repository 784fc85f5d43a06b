"""Everything that a report says of one run: read from its folder, and measured with its network.

What is missing - a film, validation images, a dataset that was moved - is noted with its reason, and the rest of the
report is made without it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from digitpad.data.dataset import Dataset
from digitpad.data.fewer import limited
from digitpad.data.sources import open_dataset
from digitpad.data.splits import has_test_images
from digitpad.errors import DigitpadError
from digitpad.evaluation import Disturbance, Evaluation, RobustnessPoint, evaluate, measured_images
from digitpad.evaluation.film.answers import AnswerFilm, AnswerLife
from digitpad.evaluation.film.classes import ClassAccuracies, following_classes, sample_of
from digitpad.evaluation.robustness import count_points, measuring_robustness_in_steps
from digitpad.evaluation.validation import images_of_run
from digitpad.explain.frame import Frame, Inspector
from digitpad.models.model_file import CLASSIFICATION, Model
from digitpad.reading.drawing_file import prepared_drawing
from digitpad.reading.recognizer import Recognizer
from digitpad.reports.figures.film import ReadImage
from digitpad.reports.kept import KeptResults
from digitpad.reports.run_curves import RunCurves
from digitpad.training.changes import Change, changes_in_words
from digitpad.training.events import EpochCompleted
from digitpad.training.film.bookmarks import Bookmark, read_bookmarks
from digitpad.training.film.reader import Film
from digitpad.training.run import Run
from digitpad.training.run_info import RunInfo
from digitpad.training.tasks import Samples
from digitpad.translation import gettext as _

Split = Literal["auto", "test", "validation"]
Tell = Callable[[str, int, int], object]
"""Called with what is being done, and how many of how many items are done; what it raises ends the work."""

Part = Literal["curves", "network", "results", "robustness", "film", "answers", "maps"]
"""The parts of a report that may be missing."""

LIMIT = 10_000
"""Number of images that are read for a report, unless another is given."""

_EXAMPLES = 10
_OF_CLASSES: tuple[Part, ...] = ("results", "robustness", "maps")
_OF_THE_NETWORK: tuple[Part, ...] = ("network", *_OF_CLASSES)


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What a report is made from.

    Attributes
    ----------
    dataset
        Images to measure on, as `open_dataset` takes them; None for those of each run.
    split
        Its test images, or the run's validation images; "auto" for the test images of a dataset that has some, and the
        validation images otherwise.
    limit
        Largest number of images, chosen at random, always the same; None for all.
    robustness, film
        Whether to measure disturbed images, and to read images with all frames of the film.
    drawing, index
        File of the drawing whose feature maps are shown, and its index in an ink file; None for the first image that
        is read correctly.
    """

    dataset: str | None = None
    split: Split = "auto"
    limit: int | None = LIMIT
    robustness: bool = True
    film: bool = True
    drawing: Path | None = None
    index: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class FilmStory:
    """What the film of a run shows.

    Attributes
    ----------
    steps
        The steps of its frames.
    classes
        The accuracy of every class; None if it could not be computed.
    examples
        One validation image of each class, of up to ten classes, with the answers of all frames.
    """

    steps: tuple[int, ...]
    classes: ClassAccuracies | None = None
    examples: tuple[ReadImage, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredRun:
    """Everything that is known of one run.

    Attributes
    ----------
    run, info
        The run.
    name
        Its name, unique within the report.
    curves, epochs, changes
        Its history.
    bookmarks
        The user's bookmarks.
    model
        Its network; None if it cannot be loaded.
    images, about_images
        The images that it was measured on, and a sentence about them.
    evaluation, robustness
        The results; None and empty if there are none.
    film
        What its film shows; None without a film.
    frame, about_drawing
        The activations for one drawing, and a sentence about that.
    missing
        Why parts are missing: a sentence for each.
    """

    run: Run
    info: RunInfo
    name: str
    curves: RunCurves | None = None
    epochs: tuple[EpochCompleted, ...] = ()
    changes: tuple[Change, ...] = ()
    bookmarks: tuple[Bookmark, ...] = ()
    model: Model | None = None
    images: Dataset | None = None
    about_images: str = ""
    evaluation: Evaluation | None = None
    robustness: tuple[RobustnessPoint, ...] = ()
    film: FilmStory | None = None
    frame: Frame | None = None
    about_drawing: str = ""
    missing: dict[Part, str] = field(default_factory=dict)

    @property
    def is_picture(self) -> bool:
        """Whether the network reads pictures as they are, and not ink."""
        return self.model is not None and self.model.metadata.preprocessing.is_picture


def measure(run: Run, name: str, options: ReportOptions, tell: Tell) -> MeasuredRun:
    """Read and measure a run.

    Parameters
    ----------
    run
        The run.
    name
        Its name in the report.
    options
        What to measure.
    tell
        Told of the progress; what it raises ends the work.

    Raises
    ------
    DigitpadError
        If the drawing of the options cannot be read; anything else that is missing is noted in the result.
    """
    tell(_("{run}: reading the run").format(run=name), 0, 0)
    measuring = _Measuring(run, name, options, tell)
    measuring.read_history()
    measuring.load_model()
    measuring.read_images()
    measuring.disturb_images()
    measuring.follow_film()
    measuring.inspect_drawing()
    return measuring.result


class _Measuring:
    """Fills a `MeasuredRun` part by part."""

    def __init__(self, run: Run, name: str, options: ReportOptions, tell: Tell) -> None:
        self.result = MeasuredRun(run, run.info, name, bookmarks=tuple(read_bookmarks(run)))
        self._run, self._options, self._tell = run, options, tell
        self._recognizer: Recognizer | None = None
        self._chosen: tuple[Samples, Samples] | None = None
        self._kept: KeptResults | None = None

    def read_history(self) -> None:
        try:
            history = self._run.history()
        except DigitpadError as error:
            self._miss("curves", str(error))
            return
        self.result = replace(
            self.result,
            curves=RunCurves.of(history),
            epochs=tuple(history.epochs),
            changes=tuple(changes_in_words(self.result.info.plan, history.changes)),
        )
        if not history.steps:
            self._miss("curves", _("No step was recorded, so there are no curves."))

    def load_model(self) -> None:
        try:
            model = self._run.model()
        except DigitpadError as error:
            reason = _("The network cannot be examined: {reason}").format(reason=error)
            for part in _OF_THE_NETWORK:
                self._miss(part, reason)
            return
        self.result = replace(self.result, model=model)
        if model.metadata.task == CLASSIFICATION:
            self._recognizer = Recognizer(model)
            return
        for part in _OF_CLASSES:
            self._miss(
                part, _("This network finds ink on pages; figures by class exist only for networks that read images.")
            )

    def read_images(self) -> None:
        """Evaluate the network."""
        if self._recognizer is None:
            return
        try:
            images, about = self._open(self._recognizer.model)
            images = limited(images, limit=self._options.limit, per_class=None)
            doing = _("{run} on {dataset}").format(run=self.result.name, dataset=images.name)
            told = partial(self._tell, doing)
            self._kept = KeptResults(self._run, self._recognizer, images)
            evaluation = self._kept.evaluation
            if evaluation is None:
                evaluation = evaluate(self._recognizer, images, on_progress=lambda done: told(done, len(images)))
                self._kept.keep(evaluation, ())
        except DigitpadError as error:
            self._miss("results", str(error))
            self._miss("robustness", str(error))
            return
        self.result = replace(
            self.result,
            images=images,
            about_images=about.format(count=len(images)),
            evaluation=replace(evaluation, model=self.result.name),
        )

    def disturb_images(self) -> None:
        """Measure the robustness."""
        images = self.result.images
        if self._recognizer is None or images is None:
            return
        if not self._options.robustness:
            self._miss("robustness", _("Disturbed images were not measured for this report."))
            return
        # Pictures have no strokes.
        kinds = [one for one in Disturbance if not (self.result.is_picture and one is Disturbance.STROKE_WIDTH)]
        doing = _("{run} on disturbed images").format(run=self.result.name)
        points: list[RobustnessPoint] = []
        if self._kept is not None and len(self._kept.robustness) == count_points(kinds):
            self.result = replace(self.result, robustness=self._kept.robustness)
            return
        for point in measuring_robustness_in_steps(self._recognizer, measured_images(images), kinds):
            if point is not None:
                points.append(point)
            self._tell(doing, len(points), count_points(kinds))
        self.result = replace(self.result, robustness=tuple(points))
        if self._kept is not None and self.result.evaluation is not None:
            self._kept.keep(self.result.evaluation, self.result.robustness)

    def follow_film(self) -> None:
        """Read validation images with the frames of the film."""
        if not self._options.film:
            self._miss("film", _("The film was not examined for this report."))
            return
        try:
            film = Film.open(self._run)
        except DigitpadError as error:
            self._miss("film", str(error))
            return
        steps = tuple(frame.step for frame in film.frames)
        try:
            sample = sample_of(self._run, self._images_of_run(film.metadata.preprocessing.fit)[1])
            classes = self._classes(film, sample)
            self.result = replace(self.result, film=FilmStory(steps, classes, self._examples(film, sample)))
        except DigitpadError as error:
            self._miss("answers", str(error))
            self.result = replace(self.result, film=FilmStory(steps))

    def inspect_drawing(self) -> None:
        """Compute all activations for a drawing."""
        model, recognizer = self.result.model, self._recognizer
        if model is None or recognizer is None:
            return
        options, images, evaluation = self._options, self.result.images, self.result.evaluation
        if options.drawing is not None:
            pixels = prepared_drawing(options.drawing, options.index, recognizer)
            about = _("The drawing is {path}.").format(path=options.drawing.name)
        elif images is None or evaluation is None:
            self._miss("maps", _("There is no image to show the feature maps of; name a drawing for the report."))
            return
        else:
            correct = np.flatnonzero(evaluation.correct)
            index = int(correct[0]) if len(correct) else 0
            pixels = images.images[index].astype(np.float32) / 255
            about = _("The drawing is image {index:,} of {dataset}, whose class is {label}.").format(
                index=index, dataset=images.name, label=evaluation.labels[evaluation.targets[index]]
            )
        frame = Inspector.of(model).inspect(pixels)
        self.result = replace(self.result, frame=frame, about_drawing=about)

    def _miss(self, part: Part, reason: str) -> None:
        self.result.missing[part] = reason

    def _open(self, model: Model) -> tuple[Dataset, str]:
        """Return the images to measure on, and a sentence about them with a place for their number."""
        options, plan, prepared = self._options, self.result.info.plan, model.metadata.preprocessing
        source = options.dataset or plan.dataset
        doing = _("{run}: opening {dataset}").format(run=self.result.name, dataset=source)
        own = options.dataset is None or options.dataset == plan.dataset
        if options.split == "test" or (options.split == "auto" and (not own or has_test_images(source))):
            images = open_dataset(
                source, "test", shape=prepared.shape, fit=prepared.fit, on_progress=partial(self._tell, doing)
            )
            if own and not has_test_images(source):
                return images, _(
                    "{count:,} images of the dataset, which has no test images of its own: the network was trained on "
                    "many of them, so the accuracy on new images may be lower."
                )
            return images, _("{count:,} test images, which the training has not seen.")
        if not own:
            raise DigitpadError(
                _("The run {name} was validated on images of {own}, not of {dataset}; choose the test images.").format(
                    name=self.result.name, own=plan.dataset, dataset=source
                )
            )
        training, validation = self._images_of_run(prepared.fit)
        if isinstance(validation, Dataset) and len(validation):
            return validation, _(
                "{count:,} validation images, which the training has not learned from. If settings were chosen by the "
                "accuracy on them, the accuracy on new images may be lower."
            )
        if isinstance(training, Dataset):
            return training, _(
                "{count:,} training images, because there are no others: the accuracy on new images may be much lower."
            )
        raise DigitpadError(_("The pages of {dataset} have no classes.").format(dataset=source))

    def _images_of_run(self, fit: str) -> tuple[Samples, Samples]:
        """Return the training and validation images of the run, opened once."""
        if self._chosen is None:
            doing = _("{run}: opening {dataset}").format(run=self.result.name, dataset=self.result.info.plan.dataset)
            self._chosen = images_of_run(self._run, fit, on_progress=partial(self._tell, doing))
        return self._chosen

    def _classes(self, film: Film, sample: Dataset) -> ClassAccuracies | None:
        doing = _("{run}: following the classes over the film").format(run=self.result.name)
        classes = None
        for classes in following_classes(film, sample):
            self._tell(doing, len(classes.steps), classes.total)
        return classes

    def _examples(self, film: Film, sample: Dataset) -> tuple[ReadImage, ...]:
        """Return one image of each class, with the answers of all frames."""
        answers = AnswerFilm(film)
        known = [number for number, label in enumerate(sample.classes) if label in answers.labels]
        firsts = [np.flatnonzero(sample.labels == number)[:1] for number in known]
        places = [int(first[0]) for first in firsts if len(first)][:_EXAMPLES]
        doing = _("{run}: following single images over the film").format(run=self.result.name)
        examples = []
        for done, place in enumerate(places):
            image = sample.images[place]
            pixels = image.astype(np.float32) / 255
            lives: list[AnswerLife] = []
            for life in answers.lives(pixels if self.result.is_picture else pixels[0]):
                lives = [life]
                self._tell(doing, done, len(places))
            examples += [ReadImage(sample.classes[int(sample.labels[place])], image, life) for life in lives]
        return tuple(examples)
