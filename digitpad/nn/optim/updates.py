"""The update formulas of the optimizers, number by number.

Each function changes arrays of one shape in place: the value, and the state kept for it. `grad` may be overwritten as
scratch space. On a GPU each function is one kernel (see `backend.elementwise`), so hyperparameters are arguments, and
what depends on two of them is computed by the caller.
"""

from digitpad.nn.backend import Array, array_module, elementwise


@elementwise
def descend(value: Array, grad: Array, learning_rate: float) -> None:
    """Compute value -= learning_rate * grad."""
    grad *= learning_rate
    value -= grad


@elementwise
def descend_with_momentum(value: Array, grad: Array, velocity: Array, momentum: float, learning_rate: float) -> None:
    """Compute velocity = momentum * velocity + grad; value -= learning_rate * velocity."""
    velocity *= momentum
    velocity += grad
    value -= array_module(value).multiply(velocity, learning_rate, out=grad)


@elementwise
def descend_looking_ahead(value: Array, grad: Array, velocity: Array, momentum: float, learning_rate: float) -> None:
    """Compute velocity = momentum * velocity + grad; value -= learning_rate * (grad + momentum * velocity)."""
    velocity *= momentum
    velocity += grad
    grad += momentum * velocity
    grad *= learning_rate
    value -= grad


@elementwise
def adagrad(value: Array, grad: Array, total: Array, learning_rate: float, eps: float) -> None:
    """Compute total += grad**2; value -= learning_rate * grad / (sqrt(total) + eps)."""
    total += grad * grad
    grad *= learning_rate
    grad /= _root(total, eps)
    value -= grad


@elementwise
def divide_by_size(grad: Array, square: Array, alpha: float, rest: float, eps: float) -> None:
    """Compute square = alpha * square + rest * grad**2; grad /= sqrt(square) + eps. `rest` is 1 - alpha."""
    square *= alpha
    square += rest * grad * grad
    grad /= _root(square, eps)


@elementwise
def adam(
    value: Array,
    grad: Array,
    gradient_sum: Array,
    square_sum: Array,
    first_beta: float,
    second_beta: float,
    eps: float,
    factor: float,
) -> None:
    """Update both sums, and compute value -= factor * gradient_sum / (sqrt(square_sum) + eps); overwrites `grad`."""
    xp = array_module(value)
    gradient_sum *= first_beta
    gradient_sum += grad
    square_sum *= second_beta
    grad *= grad
    square_sum += grad
    change = xp.sqrt(square_sum, out=grad)
    change += eps
    xp.divide(gradient_sum, change, out=change)
    change *= factor
    value -= change


def _root(square: Array, eps: float) -> Array:
    """Return sqrt(square) + eps."""
    root: Array = array_module(square).sqrt(square)
    root += eps
    return root
