"""A writer whose sevens have a bar that is joined in the stroke, which the bundled models mostly misread."""

import numpy as np
import pytest

from digitpad.adaptation.replay import CLASSES, Replay, as_dataset
from digitpad.adaptation.samples import OwnSamples, samples_of_drawings
from digitpad.data.dataset import NO_DIGIT, Dataset
from digitpad.data.ink import Drawing
from digitpad.data.ink_augmentation import InkAugmentation
from digitpad.data.mnist import load_mnist
from digitpad.data.pen import pen_drawings
from digitpad.data.synthetic.figures import make_figure
from digitpad.data.synthetic.manners import MannerMaker
from digitpad.models.model_file import Model, load_model


def joined_sevens(count: int, seed: int) -> list[Drawing]:
    """Return sevens whose bar is joined in the stroke, made from pen ink."""
    maker, rng = MannerMaker(pen_drawings(every=8)), np.random.default_rng(seed)
    made = [maker.make(rng, "joined seven")[0] for _number in range(count)]
    return [Drawing(tuple((300 * path).astype(np.float32) for path in one), 300.0, 300.0, 7) for one in made]


@pytest.fixture(scope="session")
def replay() -> Replay:
    """Return a small replay of the kinds of the whole one, which is made in a fraction of the time."""
    rng, hand = np.random.default_rng(0), InkAugmentation()
    mnist, test, known = load_mnist("train"), load_mnist("test"), pen_drawings(every=40)
    maker = MannerMaker(known)
    made = [maker.make(rng)[:2] for _number in range(60)]
    made += [(make_figure(rng)[0], CLASSES.index(NO_DIGIT)) for _number in range(60)]
    drawn = np.stack([hand.image(strokes, rng) for strokes, _label in made])[:, np.newaxis]
    return Replay(
        np.concatenate([mnist.pixels[:600], drawn]),
        np.concatenate([mnist.labels[:600], [label for _strokes, label in made]]),
        as_dataset(list(known[100:]), "pen ink"),
        Dataset.of("MNIST test", test.pixels[:500], test.labels[:500]),
        as_dataset(list(known[:100]), "pen ink"),
    )


@pytest.fixture(scope="session")
def light() -> Model:
    return load_model("light")


@pytest.fixture(scope="session")
def own() -> OwnSamples:
    """Return eight joined sevens, and two ones."""
    ones = [drawing for drawing in pen_drawings(every=8) if drawing.label == 1][:2]
    return samples_of_drawings([*joined_sevens(8, seed=1), *ones], "my hand")


@pytest.fixture(scope="session")
def later() -> OwnSamples:
    """Return joined sevens that are drawn later."""
    return samples_of_drawings(joined_sevens(40, seed=2), "later")
