"""Where values are along an axis of the charts."""

import pytest

from digitpad.gui.training.sweeps.axes import axis_of


def test_names_are_evenly_spaced() -> None:
    axis = axis_of("optimizer", ["adam", "sgd", "adam", "rmsprop"])
    assert [axis.place(name) for name in ("adam", "sgd", "rmsprop")] == [0.0, 0.5, 1.0]
    assert axis.labels == [(0.0, "adam"), (0.5, "sgd"), (1.0, "rmsprop")]
    assert axis.place("adamw") is None
    assert axis.place(None) is None
    assert axis_of("keep-best", [True, False]).labels == [(0.0, "true"), (1.0, "false")]


def test_a_range_is_as_it_was_written() -> None:
    values = [10.0**power for power in (-4.0, -3.5, -3.0, -2.5, -2.0, -1.0)]
    axis = axis_of("learning-rate", values, text="log:1e-4..1e-1")
    assert axis.place(1e-4) == 0.0
    assert axis.place(1e-2) == pytest.approx(2 / 3)
    assert [text for _place, text in axis.labels] == ["0.0001", "0.00316", "0.1"]
    linear = axis_of("learning-rate", values, text="lin:1e-4..1e-1")
    assert linear.place(0.05005) == pytest.approx(0.5)
    assert axis.place(0) is None


def test_few_numbers_are_all_labelled() -> None:
    axis = axis_of("batch-size", [64, 16, 32, 16])
    assert axis.labels == [(0.0, "16"), (pytest.approx(1 / 3), "32"), (1.0, "64")]
    assert [text for _place, text in axis_of("limit", [1500, 3000]).labels] == ["1,500", "3,000"]
    assert axis_of("epochs", [5, 5]).labels == [(0.5, "5")]
    assert axis_of("epochs", [5, 5]).place(5) == 0.5
    # Over orders of magnitude, a list is logarithmic, too.
    assert axis_of("weight-decay", [1e-4, 1e-2]).is_log
    assert not axis_of("weight-decay", [0, 1e-2]).is_log
