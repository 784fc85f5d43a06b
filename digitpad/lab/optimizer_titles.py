"""The names of the optimizers as they are written in papers."""

TITLES = {
    "sgd": "SGD",
    "momentum": "Momentum",
    "nesterov": "Nesterov",
    "adagrad": "AdaGrad",
    "rmsprop": "RMSProp",
    "adam": "Adam",
    "adamw": "AdamW",
}
"""By the keys of `digitpad.lab.optimizers.OPTIMIZERS`."""
