"""A stand-in for CuPy that computes with NumPy and records all transfers.

Its arrays refuse what a real device array refuses (turning into a NumPy array by themselves, meeting one in a sum) and
also what it does silently but slowly (becoming a number or a truth value). What crosses on purpose, by `asarray` and
`asnumpy`, is counted, and so are the kernels that elementwise operations would launch.

A function that is fused is called with stand-ins, as CuPy does, which know no more than operators and elementwise
functions: anything else would make CuPy fall back, or raise.
"""

import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar, NoReturn

import numpy as np
import pytest


class CrossingError(TypeError):
    """Something went from the device to the host, or back, without being told to."""


def _inner(value: Any) -> Any:
    """Return what lies behind device arrays, anywhere in an argument."""
    if isinstance(value, DeviceArray | FusedNumber):
        return value.hidden
    if isinstance(value, np.ndarray):
        raise CrossingError("a NumPy array meets the device")
    if isinstance(value, list | tuple):
        return type(value)(_inner(part) for part in value)
    return value


def _outer(value: Any) -> Any:
    """Return a result as the device would: its numbers are arrays without axes."""
    if isinstance(value, np.ndarray | np.generic):
        return DeviceArray(np.asarray(value))
    if isinstance(value, list | tuple):
        return type(value)(_outer(part) for part in value)
    return value


class DeviceArray:
    """An array on the pretended device."""

    __array_priority__ = 1000
    #: Names of the elementwise kernels since the last `FakeCupy` was made.
    launched: ClassVar[list[str]] = []

    def __init__(self, hidden: np.ndarray[Any, Any]) -> None:
        self.hidden = hidden

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        out = tuple(_inner(part) for part in kwargs.pop("out", ()))
        arguments = {key: _inner(value) for key, value in kwargs.items()}
        if out:
            arguments["out"] = out
        result = getattr(ufunc, method)(*map(_inner, inputs), **arguments)
        self.launched.append(ufunc.__name__)
        return self if out and out[0] is self.hidden else _outer(result)

    def _refuse(self, *_: object) -> NoReturn:
        raise CrossingError("a device array was looked at from the host")

    __array__ = __bool__ = __float__ = __int__ = __index__ = __iter__ = tolist = item = _refuse

    def __len__(self) -> int:
        return len(self.hidden)

    def __getitem__(self, index: Any) -> "DeviceArray":
        return DeviceArray(np.asarray(self.hidden[_inner(index)]))

    def __setitem__(self, index: Any, value: Any) -> None:
        self.hidden[_inner(index)] = _inner(value)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(self.hidden, name)
        if callable(value):

            def method(*arguments: Any, **named: Any) -> Any:
                return _outer(value(*map(_inner, arguments), **{key: _inner(part) for key, part in named.items()}))

            return method
        return _outer(value) if isinstance(value, np.ndarray) else value


def _operator(name: str) -> Callable[..., Any]:
    def apply(self: DeviceArray, *others: Any) -> Any:
        result = getattr(self.hidden, name)(*map(_inner, others))
        in_place = name.startswith("__i") and name != "__invert__"
        if isinstance(self, FusedArray):
            return self if in_place else FusedArray(result)
        if "matmul" not in name:
            self.launched.append(name)
        return self if in_place else _outer(result)

    return apply


for _word in ("add", "sub", "mul", "truediv", "pow", "matmul", "and", "or", "floordiv", "mod"):
    for _name in (f"__{_word}__", f"__r{_word}__", f"__i{_word}__"):
        setattr(DeviceArray, _name, _operator(_name))
for _word in ("lt", "le", "gt", "ge", "eq", "ne", "neg", "abs", "invert"):
    setattr(DeviceArray, f"__{_word}__", _operator(f"__{_word}__"))


class FusedArray(DeviceArray):
    """What a function that is being fused gets in place of an array."""

    dtype: Any

    def __getattr__(self, name: str) -> Any:
        if name == "dtype":
            return self.hidden.dtype
        if name == "astype":
            return lambda dtype: FusedArray(self.hidden.astype(dtype))
        raise FusionError(f"a fused function asks for {name} of an array")

    def _refuse_index(self, *_: object) -> NoReturn:
        raise FusionError("a fused function looks into an array")

    __getitem__ = __setitem__ = __len__ = _refuse_index


# By this `digitpad.nn.backend` knows the stand-ins of the real one.
FusedArray.__module__ = "cupy._core.fusion"


class FusedNumber:
    """What it gets in place of a number, which is a double to the kernel: two of them may not meet."""

    def __init__(self, hidden: float) -> None:
        self.hidden = hidden

    def _meet(self, other: object) -> Any:
        if isinstance(other, FusedArray):
            return NotImplemented
        raise FusionError("a fused function computes with two numbers, which makes float64 of float32")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _meet


class FusionError(TypeError):
    """Something that `cupy.fuse` cannot do, or does otherwise than NumPy."""


def _fused(name: str, function: Any, arguments: Any, named: Any) -> FusedArray:
    """Call one of NumPy's functions while fusing."""
    if not isinstance(function, np.ufunc) and name not in {"where", "clip"}:
        raise FusionError(f"{name} is no elementwise function")
    out = named.get("out")
    result = function(*map(_inner, arguments), **{key: _inner(part) for key, part in named.items()})
    return FusedArray(np.asarray(result)) if out is None else out


class _Functions:
    """NumPy's functions, for device arrays."""

    def __init__(self, source: Any) -> None:
        self._source = source

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._source, name)
        if isinstance(value, ModuleType):
            return _Functions(value)
        if isinstance(value, type) or not callable(value):
            return value

        def function(*arguments: Any, **named: Any) -> Any:
            if any(isinstance(part, FusedArray) for part in arguments):
                return _fused(name, value, arguments, named)
            if isinstance(value, np.ufunc):
                DeviceArray.launched.append(name)
            return _outer(value(*map(_inner, arguments), **{key: _inner(part) for key, part in named.items()}))

        return function


class _Generator:
    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    def random(self, size: Any, dtype: Any) -> DeviceArray:
        return DeviceArray(self._rng.random(size, dtype=dtype))


class FakeCupy(ModuleType):
    """The module; put it into `sys.modules` as `cupy`.

    Attributes
    ----------
    to_device, to_host
        Shapes of what has crossed on purpose.
    launched
        Names of the elementwise kernels; a fused one has the name of its function.
    """

    ndarray = DeviceArray

    def __init__(self, *, available: bool = True, fails: Exception | None = None, wrong: bool = False) -> None:
        super().__init__("cupy")
        self.to_device: list[tuple[int, ...]] = []
        self.to_host: list[tuple[int, ...]] = []
        self._available, self._fails, self._wrong = available, fails, wrong
        self._functions = _Functions(np)
        self.random = SimpleNamespace(default_rng=_Generator)
        self.launched: list[str] = []
        DeviceArray.launched = self.launched

    def is_available(self) -> bool:
        return self._available

    def asarray(self, value: Any, dtype: Any = None) -> Any:
        if isinstance(value, DeviceArray):
            return value if dtype is None else DeviceArray(value.hidden.astype(dtype))
        if self._fails is not None:
            raise self._fails
        array = np.array(value, dtype=dtype)
        self.to_device.append(array.shape)
        return DeviceArray(array)

    def asnumpy(self, value: DeviceArray) -> np.ndarray[Any, Any]:
        self.to_host.append(value.hidden.shape)
        return value.hidden.copy() + (1 if self._wrong else 0)

    def fuse(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def kernel(*arguments: Any) -> Any:
            if any(isinstance(part, FusedArray) for part in arguments):
                return function(*arguments)  # one fused function inside another
            self.launched.append(getattr(function, "__name__", "kernel"))
            result = function(*map(_stand_in, arguments))
            if isinstance(result, tuple):
                return tuple(DeviceArray(part.hidden) for part in result)
            return None if result is None else DeviceArray(result.hidden)

        return kernel

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._functions, name)


def _stand_in(value: Any) -> Any:
    if isinstance(value, DeviceArray):
        return FusedArray(value.hidden)
    if isinstance(value, int | float):
        return FusedNumber(value)
    raise FusionError(f"a fused function is called with {type(value).__name__}")


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> FakeCupy:
    """Simulate a GPU."""
    fake = FakeCupy()
    monkeypatch.setitem(sys.modules, "cupy", fake)
    return fake
