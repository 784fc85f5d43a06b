"""Prepare a trained model for release: fold layers, and fit temperature and threshold on validation data.

    python models/recipes/fit_refusal.py MODEL --dataset D --output FILE [--threshold T] [--average MODEL ...]

With --average, the weights are averaged with those of other models that were trained on from the same weights: the
result is better than most of them, and as fast as one (Wortsman and others, "Model soups", ICML 2022). Batch-norm is
folded into the convolutions. The temperature is fitted on the validation digits of the model's training on D, and built
into the last layer. Then the share of MNIST's validation digits and of letters that each threshold rejects is printed;
--threshold sets the threshold that is written.
"""

import argparse
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from digit_figures import letter_pictures, mnist_held_out, of_ten_classes

from digitpad.data.dataset import NO_DIGIT
from digitpad.evaluation import evaluate
from digitpad.evaluation.temperature import fit_temperature, with_temperature
from digitpad.models.model_file import Model, load_model, save_model
from digitpad.nn.architectures.folding import fold_batch_norm
from digitpad.reading.recognizer import Recognizer

_THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)


def main() -> None:
    """Fit, print the share that each threshold rejects, and write the model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument("--average", type=Path, nargs="+", default=[], help="models trained on from the same weights")
    options = parser.parse_args()
    model = load_model(options.model)
    if options.average:
        model = averaged([model, *map(load_model, options.average)])
    if any(kind["type"] == "BatchNorm2D" for kind in model.architecture.layers):
        model = without_batch_norm(model)
    mnist = mnist_held_out(model, options.dataset)
    before = evaluate(Recognizer(model), mnist)
    # Log-probabilities are logits, up to a constant that does not change the softmax.
    temperature = fit_temperature(before.log_probabilities, before.targets)
    model = with_temperature(model, temperature)
    after = evaluate(Recognizer(model), mnist)
    errors = f"calibration error {before.calibration.error:.2%} before, {after.calibration.error:.2%} after"
    print(f"temperature {temperature:.3f}, on {len(mnist)} digits of MNIST: {errors}")
    recognizer = Recognizer(model)
    digits = recognizer.refusals(mnist.pixels)
    letters = letter_pictures(Path(os.environ["DIGITPAD_TEST_DATA"]) / "ink")
    others = recognizer.refusals(np.stack(letters)[:, np.newaxis])
    for threshold in _THRESHOLDS:
        refused = (digits >= threshold).mean(), (others >= threshold).mean()
        print(f'"{NO_DIGIT}" from {threshold:.0%}: {refused[0]:.2%} of MNIST and {refused[1]:.1%} of letters refused')
    training = {**model.metadata.training, "temperature": temperature}
    # The metrics of the training belong to other weights.
    metrics = {"validation_accuracy": evaluate(Recognizer(model), of_ten_classes(mnist)).accuracy}
    metadata = replace(model.metadata, refusal_threshold=options.threshold, training=training, metrics=metrics)
    save_model(options.output, replace(model, metadata=metadata))


def averaged(models: Sequence[Model]) -> Model:
    """Return a model with the mean of the weights of several models."""
    first, *others = models
    for other in others:
        same = [first.metadata.training.get(name) == other.metadata.training.get(name) for name in ("seed", "images")]
        if first.architecture != other.architecture or not all(same):
            raise SystemExit(
                f"{other.name} is of another architecture, or held out other images; they have no average."
            )
    weights = [model.network.state_dict() for model in models]
    copy = first.copy()
    copy.network.load_state_dict(
        {
            name: np.mean([state[name] for state in weights], axis=0, dtype=np.float64).astype(value.dtype)
            for name, value in weights[0].items()
        }
    )
    training = {**first.metadata.training, "averaged_with": [dict(other.metadata.training) for other in others]}
    return replace(copy, metadata=replace(first.metadata, training=training))


def without_batch_norm(model: Model) -> Model:
    """Return an equivalent model with batch-norm folded into the convolutions."""
    plan, network = fold_batch_norm(model.architecture, model.network)
    return replace(model, architecture=replace(plan, name=f"{plan.name}-folded"), network=network)


if __name__ == "__main__":
    main()
