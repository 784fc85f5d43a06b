"""The update formulas of the optimizers, number by number.

Each function changes arrays of one shape in place: the value, and the state kept for it. `grad` may be overwritten as
scratch space. On a GPU each function is one kernel (see `backend.elementwise`), so hyperparameters are arguments, and
what depends on two of them is computed by the caller.
"""

from digitpad.nn.backend import Array, array_module, elementwise


@elementwise
def reverse(grad: Array) -> None:
    """Compute grad = -grad."""
    grad *= -1


@elementwise
def clear_small(kept: Array, smallest: float) -> None:
    """Set numbers of a smaller size than `smallest` to 0."""
    kept *= abs(kept) >= smallest


@elementwise
def add_penalty(value: Array, grad: Array, weight_decay: float) -> None:
    """Compute grad += weight_decay * value."""
    grad += weight_decay * value


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
def descend_dampened(
    value: Array, grad: Array, velocity: Array, momentum: float, rest: float, learning_rate: float
) -> None:
    """Compute velocity = momentum * velocity + rest * grad; value -= learning_rate * velocity.

    `rest` is 1 - dampening.
    """
    velocity *= momentum
    grad *= rest
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
def divide_by_deviation(grad: Array, square: Array, mean: Array, alpha: float, rest: float, eps: float) -> None:
    """Update both means, and compute grad /= sqrt(square - mean**2) + eps. `rest` is 1 - alpha.

    square = alpha * square + rest * grad**2; mean = alpha * mean + rest * grad.
    """
    square *= alpha
    square += rest * grad * grad
    mean *= alpha
    mean += rest * grad
    # A constant gradient has the variance 0, from which rounding may take a little.
    grad /= _root(array_module(grad).maximum(square - mean * mean, 0), eps)


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
    _add_to_sums(grad, gradient_sum, square_sum, first_beta, second_beta)
    _descend_by_ratio(value, grad, gradient_sum, square_sum, eps, factor)


@elementwise
def amsgrad(
    value: Array,
    grad: Array,
    gradient_sum: Array,
    square_sum: Array,
    largest: Array,
    first_beta: float,
    second_beta: float,
    eps: float,
    factor: float,
) -> None:
    """Update both sums and largest = max(largest, square_sum), and descend as `adam` does, by `largest`."""
    _add_to_sums(grad, gradient_sum, square_sum, first_beta, second_beta)
    array_module(value).maximum(largest, square_sum, out=largest)
    _descend_by_ratio(value, grad, gradient_sum, largest, eps, factor)


def _add_to_sums(grad: Array, gradient_sum: Array, square_sum: Array, first_beta: float, second_beta: float) -> None:
    """Add the gradient and its square to their sums; overwrites `grad`."""
    gradient_sum *= first_beta
    gradient_sum += grad
    square_sum *= second_beta
    grad *= grad
    square_sum += grad


def _descend_by_ratio(
    value: Array, scratch: Array, gradient_sum: Array, square_sum: Array, eps: float, factor: float
) -> None:
    """Compute value -= factor * gradient_sum / (sqrt(square_sum) + eps)."""
    xp = array_module(value)
    change = xp.sqrt(square_sum, out=scratch)
    change += eps
    xp.divide(gradient_sum, change, out=change)
    change *= factor
    value -= change


def _root(square: Array, eps: float) -> Array:
    """Return sqrt(square) + eps."""
    root: Array = array_module(square).sqrt(square)
    root += eps
    return root
