"""The steps of the optimizers as lines of NumPy code."""


def update_lines(name: str, settings: dict[str, float]) -> list[str]:
    """Return the lines of one step of an optimizer."""
    lines_of = {"adagrad": _adagrad, "rmsprop": _rmsprop, "adam": _adam, "adamw": _adam}
    own = lines_of[name](settings) if name in lines_of else _descent(settings, nesterov=name == "nesterov")
    before = ["g = -g"] if "maximize" in settings else []
    if "weight_decay" in settings:
        before.append("p = p * (1 - rate * weight_decay)" if name == "adamw" else "g = g + weight_decay * p")
    return before + own


def _descent(settings: dict[str, float], *, nesterov: bool) -> list[str]:
    if not settings["momentum"]:
        return ["p = p - rate * g"]
    velocity = "v = momentum * v + g"
    if "dampening" in settings:
        velocity = "v = g if t == 1 else momentum * v + (1 - dampening) * g"
    return [velocity, "p = p - rate * (g + momentum * v)" if nesterov else "p = p - rate * v"]


def _adagrad(settings: dict[str, float]) -> list[str]:
    rate = "rate / (1 + (t - 1) * lr_decay)" if "lr_decay" in settings else "rate"
    return ["s = s + g**2", f"p = p - {rate} * g / (np.sqrt(s) + eps)"]


def _rmsprop(settings: dict[str, float]) -> list[str]:
    own, size = ["s = alpha * s + (1 - alpha) * g**2"], "s"
    if "centered" in settings:
        own.append("m = alpha * m + (1 - alpha) * g")
        size = "np.maximum(s - m**2, 0)"
    step = f"g / (np.sqrt({size}) + eps)"
    if settings["momentum"]:
        return [*own, f"v = momentum * v + {step}", "p = p - rate * v"]
    return [*own, f"p = p - rate * {step}"]


def _adam(settings: dict[str, float]) -> list[str]:
    own, size = ["v = beta1 * v + (1 - beta1) * g", "s = beta2 * s + (1 - beta2) * g**2"], "s"
    if "amsgrad" in settings:
        own.append("largest = np.maximum(largest, s)")
        size = "largest"
    return [*own, f"p = p - rate * (v / (1 - beta1**t)) / (np.sqrt({size} / (1 - beta2**t)) + eps)"]
