"""Where to compute is decided by trying, and what lies on a device stays there."""

import importlib.util
import sys
from collections.abc import Callable

import numpy as np
import pytest

from digitpad.nn import (
    ARCHITECTURES,
    ELU,
    GELU,
    SGD,
    Adam,
    BCELoss,
    BCEWithLogitsLoss,
    BinaryFocalLoss,
    CrossEntropyLoss,
    Dropout,
    FocalLoss,
    LeakyReLU,
    LossAndGradient,
    MSELoss,
    NLLLoss,
    ParallelNetwork,
    Parameter,
    ReLU,
    Sigmoid,
    SiLU,
    Tanh,
    build,
)
from digitpad.nn.backend import (
    CPU,
    Array,
    Device,
    array_module,
    device_of,
    elementwise,
    select_device,
    to_device,
    to_numpy,
)
from digitpad.nn.layers.activations import Activation
from digitpad.nn.losses import Loss
from digitpad.nn.losses.classification import ClassLoss
from tests.nn.fake_gpu import CrossingError, DeviceArray, FakeCupy, FusionError, gpu
from tests.nn.layers.cases import CASES, Case
from tests.nn.optim.test_optimizers import OPTIMIZERS

__all__ = ["gpu"]


Crossing = Callable[[], object]


class CompileError(Exception):
    """As CuPy's: derived from nothing but Exception."""


def test_the_cpu_is_there_without_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", FakeCupy(fails=RuntimeError("asked")))
    assert select_device("cpu") is CPU


def test_a_gpu_that_computes_is_taken(gpu: FakeCupy) -> None:
    for choice in ("auto", "cuda"):
        device = select_device(choice)
        assert (device.name, device.note) == ("cuda", "")
        assert device.library is gpu
    # Two trials each: a kernel, and a matrix product.
    assert gpu.to_host == [(3, 4), (3, 3)] * 2


@pytest.mark.parametrize(
    ("fake", "words"),
    [
        (FakeCupy(fails=RuntimeError("\n  CUDA driver is too old\n more")), "CUDA driver is too old"),
        (FakeCupy(fails=CompileError("nvrtc is missing")), "nvrtc is missing"),
        (FakeCupy(fails=OSError()), "OSError"),
        (FakeCupy(wrong=True), "a small kernel came out wrong"),
    ],
)
def test_a_gpu_that_fails_says_why_in_one_line_and_the_cpu_computes(
    fake: FakeCupy, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cupy", fake)
    device = select_device("auto")
    assert (device.name, device.library) == ("cpu", np)
    assert words in device.note
    assert "\n" not in device.note
    assert "more" not in device.note
    with pytest.raises(ValueError, match=words):
        select_device("cuda")


def test_a_wrong_matrix_product_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong(FakeCupy):
        def asnumpy(self, value: DeviceArray) -> Array:
            array = super().asnumpy(value)
            return array * (2 if array.shape == (3, 3) else 1)

    monkeypatch.setitem(sys.modules, "cupy", Wrong())
    assert "a matrix product came out wrong" in select_device("auto").note


def test_where_there_is_none_nothing_is_said_unless_one_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", FakeCupy(available=False))
    assert select_device() == Device("cpu", np)
    with pytest.raises(ValueError, match="CuPy finds no GPU"):
        select_device("cuda")
    monkeypatch.delitem(sys.modules, "cupy")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert select_device() == Device("cpu", np)
    with pytest.raises(ValueError, match=r"pip install 'digitpad\[gpu\]'"):
        select_device("cuda")


def test_a_ctrl_c_during_a_trial_is_no_failed_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted(FakeCupy):
        def is_available(self) -> bool:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "cupy", Interrupted())
    with pytest.raises(KeyboardInterrupt):
        select_device()


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(ValueError, match="'tpu'; expected one of auto, cpu, cuda"):
        select_device("tpu")


def test_arrays_go_there_and_back_once(gpu: FakeCupy) -> None:
    device = Device("cuda", gpu)
    host = np.arange(6.0)
    assert to_device(host, CPU) is host
    there = to_device(host, device)
    assert to_device(there, device) is there
    assert device_of(there).name == "cuda"
    assert device_of(host) is CPU
    np.testing.assert_array_equal(to_device(there, CPU), host)
    assert (gpu.to_device, gpu.to_host) == ([(6,)], [(6,)])
    assert isinstance(to_numpy(np.float32(3)), np.ndarray)


def test_the_stand_in_is_strict(gpu: FakeCupy) -> None:
    there = gpu.asarray(np.ones(3))
    crossings: list[Crossing] = [
        lambda: np.asarray(there),
        lambda: float(there[0]),
        lambda: bool(there[0] > 0),
        lambda: there + np.ones(3),
        lambda: np.ones(3) * there,
        lambda: list(there),
    ]
    for crossing in crossings:
        with pytest.raises(CrossingError):
            crossing()


@pytest.mark.parametrize("name", ["standard", "lenet5", "resnet"])
@pytest.mark.parametrize("optimizer_type", [SGD, Adam])
def test_a_step_of_training_crosses_nothing_and_is_the_cpus(
    name: str, optimizer_type: type[SGD] | type[Adam], gpu: FakeCupy
) -> None:
    plan = ARCHITECTURES[name]
    rng = np.random.default_rng(0)
    images = rng.standard_normal((4, *plan.input_shape)).astype(np.float32)
    targets = rng.integers(0, 10, 4)
    here = build(plan, rng=np.random.default_rng(1))
    there = build(plan, rng=np.random.default_rng(1)).to(Device("cuda", gpu))
    if name == "standard":
        # A device draws numbers of its own, so dropout would drop others.
        for network in (here, there):
            dropout = network.layers["dropout"]
            assert isinstance(dropout, Dropout)
            dropout.p = 0.0
    x, y = gpu.asarray(images), gpu.asarray(targets)
    optimizers = [optimizer_type(network.parameters(), 0.01) for network in (here, there)]
    loss = CrossEntropyLoss()
    gpu.to_device.clear()
    gpu.to_host.clear()

    values = []
    for _ in range(2):
        values.append(ParallelNetwork(there).training_step(x, y, loss)[0])
        optimizers[1].step()
    assert (gpu.to_device, gpu.to_host) == ([], [])

    for value in values:
        expected, grad = loss(here.forward(images, training=True), targets)
        here.parameter_gradients(grad)
        optimizers[0].step()
        assert float(to_numpy(value)) == pytest.approx(float(expected), rel=1e-5)
    assert there.to(CPU) is there
    for key, own in here.state_dict().items():
        np.testing.assert_allclose(there.state_dict()[key], own, rtol=1e-4, atol=1e-6, err_msg=key)


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.plan["type"] != "Dropout"], ids=lambda case: str(case.name)
)
def test_every_layer_computes_the_same_on_a_device_and_crosses_nothing(case: Case, gpu: FakeCupy) -> None:
    here, there = case.layer(np.float32), case.layer(np.float32).to(Device("cuda", gpu))
    x = case.batch(np.float32)
    expected = here.forward(x, training=True)
    upstream = np.random.default_rng(3).standard_normal(expected.shape).astype(np.float32)
    device_x, device_upstream = gpu.asarray(x), gpu.asarray(upstream)
    gpu.to_device.clear()
    out = there.forward(device_x, training=True)
    grad = there.backward(device_upstream)
    inferred = there.forward(device_x)
    assert (gpu.to_device, gpu.to_host) == ([], [])
    for device_array, array in (
        (out, expected),
        (grad, here.backward(upstream)),
        (inferred, here.forward(x)),
        *((own.grad, other.grad) for own, other in zip(there.parameters(), here.parameters(), strict=True)),
    ):
        assert device_array.dtype == np.float32
        np.testing.assert_allclose(to_numpy(device_array), array, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimizers_step_is_one_kernel_a_parameter(name: str, gpu: FakeCupy) -> None:
    here = Parameter(np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4))
    there = Parameter(gpu.asarray(here.value))
    optimizers = [OPTIMIZERS[name]([parameter]) for parameter in (here, there)]
    for step in range(3):
        gradient = np.cos(here.value + step)
        here.add_grad(gradient)
        there.add_grad(gpu.asarray(gradient))
        # A schedule may change these from step to step: they are not compiled in.
        for optimizer in optimizers:
            optimizer.learning_rate = 0.1 / (step + 1)
        gpu.launched.clear()
        for optimizer in optimizers:
            optimizer.step()
        # RMSProp divides first, AdamW decays the weights, and weight decay adds to the gradient.
        two = {"RMSProp", "RMSProp with momentum", "centered RMSProp", "AdamW", "AdamW with AMSGrad"}
        two |= {"dampened momentum", "AdaGrad with decay", "AMSGrad"}
        assert len(gpu.launched) == (2 if name in two else 1), gpu.launched
        np.testing.assert_allclose(to_numpy(there.value), here.value, rtol=1e-6)


@pytest.mark.parametrize("layer", [ReLU(), LeakyReLU(0.2), ELU(), SiLU(), GELU(), GELU("tanh"), Tanh(), Sigmoid()])
def test_an_activation_is_one_kernel_each_way(layer: Activation, gpu: FakeCupy) -> None:
    x = gpu.asarray(np.linspace(-3, 3, 7, dtype=np.float32))
    layer.forward(x, training=True)
    layer.backward(x)
    assert gpu.launched == ["function", "grad_input"]


@pytest.mark.parametrize(
    "loss",
    [
        BCEWithLogitsLoss(),
        BCEWithLogitsLoss(pos_weight=3.0),
        BCEWithLogitsLoss(reduction="sum"),
        BinaryFocalLoss(),
        MSELoss(reduction="sum"),
    ],
    ids=lambda loss: f"{type(loss).__name__}-{loss.reduction}",
)
def test_losses_of_pixels_are_the_cpus_and_cross_nothing(loss: Loss, gpu: FakeCupy) -> None:
    rng = np.random.default_rng(0)
    logits, targets = rng.standard_normal((2, 1, 4, 4)).astype(np.float32), rng.random((2, 1, 4, 4)) > 0.5
    device_logits, device_targets = gpu.asarray(logits), gpu.asarray(targets)
    gpu.to_device.clear()
    value, grad = loss(device_logits, device_targets)
    assert (gpu.to_device, gpu.to_host) == ([], [])
    expected = loss(logits, targets)
    assert float(to_numpy(value)) == pytest.approx(float(expected.value), rel=1e-6)
    np.testing.assert_allclose(to_numpy(grad), expected.grad, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    "loss",
    [
        CrossEntropyLoss(0.1, ignore_index=-100, reduction="none"),
        NLLLoss(ignore_index=-100, reduction="none"),
        FocalLoss(reduction="none"),
        BCEWithLogitsLoss(pos_weight=3.0, reduction="none"),
        BCELoss(reduction="none"),
        BinaryFocalLoss(reduction="none"),
        MSELoss(reduction="none"),
    ],
    ids=lambda loss: type(loss).__name__,
)
def test_single_losses_with_weights_are_the_cpus_and_cross_nothing(
    loss: Callable[..., LossAndGradient], gpu: FakeCupy
) -> None:
    rng = np.random.default_rng(0)
    output = rng.random((4, 3)).astype(np.float32)
    by_class = isinstance(loss, ClassLoss)
    targets = np.array([0, 2, 1, 1]) if by_class else rng.random((4, 3)).astype(np.float32)
    if by_class and not isinstance(loss, FocalLoss):
        targets[2] = -100
    weights = np.array([1, 2, 0, -1], np.float32)
    device = [gpu.asarray(array) for array in (output, targets, weights)]
    gpu.to_device.clear()
    value, grad = loss(*device)
    assert (gpu.to_device, gpu.to_host) == ([], [])
    expected = loss(output, targets, weights)
    np.testing.assert_allclose(to_numpy(value), expected.value, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(to_numpy(grad), expected.grad, rtol=1e-5, atol=1e-7)


def test_settings_that_change_are_not_those_of_a_kernel_compiled_before(gpu: FakeCupy) -> None:
    layer = LeakyReLU(0.1)
    x = gpu.asarray(np.array([-1.0, 1.0], np.float32))
    first = to_numpy(layer.forward(x))
    layer.negative_slope = 0.5
    np.testing.assert_allclose(first, [-0.1, 1])
    np.testing.assert_allclose(to_numpy(layer.forward(x)), [-0.5, 1])


def test_the_stand_in_refuses_what_cannot_be_fused(gpu: FakeCupy) -> None:
    x = gpu.asarray(np.ones(3, np.float32))
    mistakes: list[Callable[[Array], object]] = [
        lambda a: a.sum(),
        lambda a: a[0],
        lambda a: array_module(a).zeros_like(a),
        lambda a: a.shape,
    ]
    for mistake in mistakes:
        with pytest.raises(FusionError):
            elementwise(mistake)(x)
    with pytest.raises(FusionError, match="two numbers"):
        elementwise(lambda a, p, q: a * (p * q))(x, 2.0, 3.0)


def test_on_the_processor_a_chain_runs_as_it_stands() -> None:
    @elementwise
    def double(x: Array) -> None:
        x *= 2

    x = np.ones(3)
    double(x)
    assert (x == 2).all()


def test_dropout_draws_where_the_batch_lies(gpu: FakeCupy) -> None:
    plan = ARCHITECTURES["standard"]
    network = build(plan, rng=np.random.default_rng(1)).to(Device("cuda", gpu))
    dropout = network.layers["dropout"]
    x = gpu.asarray(np.ones((50, 40), np.float32))
    gpu.to_device.clear()
    first, second = dropout.forward(x, training=True), dropout.forward(x, training=True)
    assert (gpu.to_device, gpu.to_host) == ([], [])
    kept = to_numpy(first)
    assert kept.dtype == np.float32
    assert set(np.unique(kept)) == {np.float32(0), np.float32(1 / 0.75)}
    assert abs((kept > 0).mean() - 0.75) < 0.05
    assert (to_numpy(second) != kept).any()
    twin = dropout.replica()
    alike = build(plan, rng=np.random.default_rng(1)).layers["dropout"]
    for _ in range(2):
        alike.forward(x, training=True)
    # A replica's draws leave those of the original alone.
    twin.forward(x, training=True)
    np.testing.assert_array_equal(
        to_numpy(dropout.forward(x, training=True)), to_numpy(alike.forward(x, training=True))
    )
    assert (to_numpy(twin.forward(x, training=True)) != to_numpy(dropout.forward(x, training=True))).any()


def test_a_network_meets_only_batches_of_its_device(gpu: FakeCupy) -> None:
    network = build(ARCHITECTURES["light"]).to(Device("cuda", gpu))
    with pytest.raises(TypeError, match="expected cupy, where the weights are"):
        network.forward(np.zeros((1, 1, 28, 28), np.float32))


def test_real_cupy_agrees_with_numpy() -> None:
    pytest.importorskip("cupy", reason="CuPy is not installed")
    device = select_device("auto")
    if device.name == "cpu":
        pytest.skip(device.note or "there is no GPU")
    for name in ("standard", "resnet"):
        plan = ARCHITECTURES[name]
        here = build(plan, rng=np.random.default_rng(1))
        there = build(plan, rng=np.random.default_rng(1)).to(device)
        x = np.random.default_rng(0).standard_normal((4, *plan.input_shape)).astype(np.float32)
        np.testing.assert_allclose(to_numpy(there.forward(to_device(x, device))), here.forward(x), rtol=1e-3, atol=1e-4)
