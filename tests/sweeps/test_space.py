"""What can be varied, how it is written, and which trials follow from a seed."""

import math

import pytest

from digitpad.errors import DigitpadError
from digitpad.sweeps.space import Dimension, RandomStreams, Scale, Space
from digitpad.sweeps.variables import KINDS, Values


def sample(space: Space, count: int, seed: int = 0, fixed: Values | None = None) -> list[Values]:
    return space.sample(count, RandomStreams(seed), fixed or {})


def test_every_setting_of_a_training_has_a_type() -> None:
    assert (KINDS["learning_rate"], KINDS["epochs"], KINDS["keep_best"]) == (float, int, bool)
    # Settings that may be None, too.
    assert (KINDS["dropout"], KINDS["patience"], KINDS["initializer"]) == (float, int, str)
    assert KINDS["milestones"] is str
    assert KINDS.keys() & {"threads", "device", "validation", "augmentation"} == set()


def test_a_list_of_values() -> None:
    assert Dimension.parse("optimizer", "adam, sgd,adam").values == ("adam", "sgd")
    assert Dimension.parse("batch_size", "16,32,1e2").values == (16, 32, 100)
    assert Dimension.parse("keep_best", "true,False").values == (True, False)
    assert Dimension.parse("learning_rate", "1e-3").values == (0.001,)


def test_values_with_commas_are_separated_by_bars() -> None:
    assert Dimension.parse("augment", "none|rotation=10,shift=2").values == ("none", "rotation=10,shift=2")
    assert Dimension.parse("augment", "rotation=10,shift=2").values == ("rotation=10,shift=2",)
    assert Dimension.parse("augment", "none,usual").values == ("none", "usual")
    assert Dimension.parse("milestones", "2,4|3").values == ("2,4", "3")


def test_ranges() -> None:
    rate = Dimension.parse("learning_rate", "log:1e-4..1e-1")
    assert (rate.scale, rate.low, rate.high, rate.is_finite) == (Scale.LOGARITHMIC, 1e-4, 1e-1, False)
    assert rate.at(0.0) == 1e-4
    assert rate.at(1.0) == 1e-1
    assert rate.at(1 / 3) == pytest.approx(1e-3)
    assert Dimension.parse("dropout", "lin:0..0.5").at(0.5) == 0.25
    assert Dimension.parse("epochs", "log:1..100").at(0.5) == 10


def test_counted_ranges_are_lists() -> None:
    assert Dimension.parse("learning_rate", "log:1e-4..1e-1:4").values == pytest.approx((1e-4, 1e-3, 1e-2, 1e-1))
    assert Dimension.parse("batch_size", "int:16..64:4").values == (16, 32, 48, 64)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("learning-rate", "learning-rate does not say what to vary; write it as in optimizer=adam,sgd."),
        ("leerning-rate=1", "There is no setting named 'leerning-rate' to vary; choose one of: alpha, "),
        ("threads=1,2", "threads cannot be varied: the number of threads changes only the speed of a trial."),
        ("validation=1,2", "validation cannot be varied: trials are compared on their validation images; "),
        ("optimizer=", "optimizer=: a value is missing; write them as in optimizer=adam,sgd."),
        ("optimizer=adam,,sgd", "a value is missing"),
        ("optimizer=adam,magic", "There is no optimizer named 'magic'; choose one of: adam, "),
        ("architecture=huge", "There is no architecture named 'huge'; choose one of: "),
        ("recipe=slow", "There is no recipe named 'slow'"),
        ("augment=spin=3", "spin"),
        ("learning-rate=fast", "learning-rate=fast: this setting takes numbers."),
        ("learning-rate=nan", "learning-rate=nan: this setting takes numbers."),
        ("learning-rate=-1", "The learning rate must be a number above 0, not -1.0."),
        ("epochs=2.5", "epochs=2.5: this setting takes whole numbers."),
        ("epochs=0", "The epochs must be a whole number of at least 1, not 0."),
        ("limit=0", "The limit must be a whole number of at least 1, not 0."),
        ("milestones=2,x", "milestones=x: this setting takes whole numbers."),
        ("fold=6/5", "6/5 is not a fold; write 2/5 for the second of five folds over the writers."),
        ("keep-best=maybe", "keep-best=maybe: this setting is true or false."),
        ("optimizer=log:1..2", "optimizer=log:1..2: this setting has no ranges; list its values, separated by commas."),
        ("learning-rate=log:1e-4", "learning-rate=log:1e-4 is not a range; write it as log:1e-4..1e-1, or "),
        ("learning-rate=log:1e-4..1e-1:1", "is not a range"),
        ("learning-rate=log:1e-1..1e-4", "the first number must be smaller than the second."),
        ("dropout=log:0..0.5", "dropout=log:0..0.5: a logarithmic range must begin above 0; use lin: instead."),
        ("dropout=lin:0..1.5", "The dropout must be at least 0 and below 1, not 1.5."),
        ("learning-rate=int:0.5..2", "learning-rate=int:0.5..2: int: takes whole numbers."),
        ("dataset=mnist|", "a value is missing"),
    ],
)
def test_bad_specifications_get_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(DigitpadError) as caught:
        Space.parse([text])
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_space_needs_settings_that_differ() -> None:
    with pytest.raises(DigitpadError, match="at least one setting to vary"):
        Space.parse([])
    with pytest.raises(DigitpadError, match="epochs is given twice"):
        Space.parse(["epochs=1,2", "epochs=3"])


def test_a_grid_lists_all_combinations_in_order() -> None:
    grid = Space.parse(["optimizer=adamw,rmsprop", "batch-size=16,32"]).grid({})
    assert grid == [
        {"optimizer": "adamw", "batch_size": 16},
        {"optimizer": "adamw", "batch_size": 32},
        {"optimizer": "rmsprop", "batch_size": 16},
        {"optimizer": "rmsprop", "batch_size": 32},
    ]


def test_settings_without_effect_are_left_out() -> None:
    grid = Space.parse(["optimizer=adam,sgd", "momentum=0.5,0.9"]).grid({})
    assert grid == [{"optimizer": "adam"}, {"optimizer": "sgd", "momentum": 0.5}, {"optimizer": "sgd", "momentum": 0.9}]
    # The optimizer and the schedule may be fixed, or come from a recipe.
    momentum = Space.parse(["momentum=0.5,0.9"])
    assert len(momentum.grid({"optimizer": "sgd"})) == 2
    assert len(momentum.grid({"recipe": "quick"})) == 2
    assert len(momentum.grid({"architecture": "sprint"})) == 2
    assert momentum.grid({}) == [{}]
    assert len(Space.parse(["rise=0.1,0.3"]).grid({"schedule": "one-cycle"})) == 2
    assert Space.parse(["rise=0.1,0.3"]).grid({"schedule": "cosine"}) == [{}]


def test_a_grid_refuses_ranges_and_too_many_combinations() -> None:
    with pytest.raises(DigitpadError, match=r"dropout=lin:0\.\.0\.5 is a range, which a grid cannot list; .* --trials"):
        Space.parse(["dropout=lin:0..0.5"]).grid({})
    with pytest.raises(DigitpadError, match="The grid has 1,000,000 combinations"):
        Space.parse(["epochs=int:1..1000:1000", "batch-size=int:1..1000:1000"]).grid({})


def test_the_same_seed_gives_the_same_trials() -> None:
    space = Space.parse(["optimizer=adam,sgd", "learning-rate=log:1e-4..1e-1", "momentum=lin:0.5..0.9"])
    first = sample(space, 20, seed=3)
    assert sample(space, 20, seed=3) == first
    assert sample(space, 20, seed=4) != first
    # More trials are the same ones and others.
    assert sample(space, 50, seed=3)[:20] == first
    assert all(("momentum" in values) == (values["optimizer"] == "sgd") for values in first)
    assert len({tuple(values.items()) for values in first}) == 20


def test_samples_follow_their_distribution() -> None:
    space = Space.parse(["learning-rate=log:1e-4..1e-1", "dropout=lin:0..0.5", "batch-size=int:1..4"])
    trials = sample(space, 400, seed=5)
    rates = [math.log10(float(values["learning_rate"])) for values in trials]
    # Means of 400 uniform numbers: three standard errors.
    assert abs(sum(rates) / 400 + 2.5) < 3 * 3 / math.sqrt(12 * 400)
    assert abs(sum(float(values["dropout"]) for values in trials) / 400 - 0.25) < 3 * 0.5 / math.sqrt(12 * 400)
    assert {values["batch_size"] for values in trials} == {1, 2, 3, 4}
    assert all(isinstance(values["batch_size"], int) for values in trials)


def test_a_sample_of_lists_has_no_trial_twice() -> None:
    space = Space.parse(["optimizer=adam,sgd", "batch-size=16,32"])
    trials = sample(space, 4, seed=1)
    assert sorted(map(str, trials)) == sorted(map(str, space.grid({})))
    assert sample(space, 2, seed=1) == trials[:2]
    with pytest.raises(DigitpadError, match="only 4 combinations, so 5 trials would repeat some"):
        sample(space, 5)


def test_a_range_of_few_whole_numbers_is_exhausted() -> None:
    with pytest.raises(DigitpadError, match="Only 3 different trials were found for 9"):
        sample(Space.parse(["batch-size=int:1..3"]), 9)
