"""Prepare a trained model for release: fold layers, and fit temperature and threshold on validation data.

    python models/recipes/fit_refusal.py MODEL --dataset D --output FILE [--threshold T] [--earlier MODEL --share S]

With --earlier, the weights are averaged with those of the model that the training started from, whose share is S: the
result is slightly better on the data of the first training, and nearly as good on that of the second. Batch-norm is
folded into the convolutions. The temperature is fitted on the validation digits of the model's training on D, and built
into the last layer. Then the share of MNIST's validation digits and of letters that each threshold rejects is printed;
--threshold sets the threshold that is written.
"""

import argparse
import os
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
    parser.add_argument("--earlier", type=Path, help="the model that this one was taught on from")
    parser.add_argument("--share", type=float, default=0.25, help="of the earlier one's weights (default: %(default)s)")
    options = parser.parse_args()
    model = load_model(options.model)
    if options.earlier is not None:
        model = averaged(model, load_model(options.earlier), options.share)
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


def averaged(model: Model, earlier: Model, share: float) -> Model:
    """Return a model with the weighted average of two models' weights; `share` is the weight of the earlier one."""
    same = [model.metadata.training.get(name) == earlier.metadata.training.get(name) for name in ("seed", "images")]
    if model.architecture != earlier.architecture or not all(same):
        raise SystemExit(f"{earlier.name} is of another architecture, or held out other images; they have no average.")
    copy, before = model.copy(), earlier.network.state_dict()
    weights = {
        name: ((1 - share) * value + share * before[name]).astype(value.dtype)
        for name, value in model.network.state_dict().items()
    }
    copy.network.load_state_dict(weights)
    training = {**model.metadata.training, "averaged_with": {**earlier.metadata.training, "share": share}}
    return replace(copy, metadata=replace(model.metadata, training=training))


def without_batch_norm(model: Model) -> Model:
    """Return an equivalent model with batch-norm folded into the convolutions."""
    plan, network = fold_batch_norm(model.architecture, model.network)
    return replace(model, architecture=replace(plan, name=f"{plan.name}-folded"), network=network)


if __name__ == "__main__":
    main()
