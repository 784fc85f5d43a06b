"""Train the narrow U-Net to find ink on synthetic pages, and evaluate it once on pages of MNIST's test digits.

Training and the choice of the epoch (the best on validation pages) use training digits only; the test pages are
evaluated once, at the end. Two baselines without training are reported as well: the best brightness threshold for all
pages, and the best one for each page, both chosen with the true masks.

    python tests/benchmarks/unet_paper.py --json unet.json
"""

import argparse
import json
import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def main() -> None:
    """Train, measure, print a table, and write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=10, help="(default: %(default)s)")
    parser.add_argument("--width", type=int, default=8, help="maps of the first level (default: %(default)s)")
    parser.add_argument("--depth", type=int, default=4, help="how often pages are halved (default: %(default)s)")
    parser.add_argument("--batch-size", type=int, default=16, help="(default: %(default)s)")
    parser.add_argument("--learning-rate", type=float, default=0.004, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="(default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="(default: %(default)s)")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    options = parser.parse_args()
    # Read when NumPy is imported: digitpad's threads replace those of BLAS.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    report = {
        "machine": f"{platform.machine()}, {os.cpu_count()} processors",
        "settings": {key: value for key, value in vars(options).items() if key != "json"},
        **measure(options),
    }
    print()
    for name, value in report.items():
        print(f"{name:26} {value}")
    if options.json:
        options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Clock:
    """Wall time, and the processor time of all threads."""

    wall: float
    computing: float

    @classmethod
    def now(cls) -> "Clock":
        """Read both clocks."""
        return cls(time.perf_counter(), time.process_time())


def measure(options: argparse.Namespace) -> dict[str, object]:
    """Train and evaluate; return the figures by name."""
    from digitpad.data.paper import PAPER_MEAN, PAPER_STD, SIDE, load_paper
    from digitpad.evaluation import evaluate_ink
    from digitpad.models.architecture_file import build_network
    from digitpad.models.model_file import Model, ModelMetadata, Preprocessing
    from digitpad.nn.architectures.presets import unet
    from digitpad.reading.ink_finder import InkFinder
    from digitpad.training.events import EpochCompleted
    from digitpad.training.policies import KeepBest
    from digitpad.training.preparation import choose_images
    from digitpad.training.settings import TrainingSettings
    from digitpad.training.trainer import Trainer

    begun = Clock.now()
    plan = unet(options.width, options.depth)
    network = build_network(plan, options.seed)
    settings = TrainingSettings(
        epochs=options.epochs,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        schedule="cosine",
        seed=options.seed,
        threads=options.threads,
    )
    training, validation = choose_images(load_paper("train"), limit=None, validation=None, seed=options.seed)
    policy = KeepBest(network)
    trainer = Trainer(network, training, validation, settings, policies=[policy])
    loaded = Clock.now()
    for event in trainer.run():
        if isinstance(event, EpochCompleted):
            print(
                f"epoch {event.epoch:2}   loss {event.train_loss:.4f}   held out: loss {event.validation_loss:.4f} "
                f"IoU {event.validation_accuracy:.4f}   {event.images_per_second:.0f} pages/s",
                flush=True,
            )
    trained = Clock.now()
    metadata = ModelMetadata(("ink",), Preprocessing(PAPER_MEAN, PAPER_STD, SIDE), task="segmentation")
    pages = load_paper("test")
    result = evaluate_ink(InkFinder(Model(network, plan, metadata, plan.name)), pages)
    return {
        "parameters": sum(parameter.value.size for parameter in network.parameters()),
        "training_pages": len(training),
        "held_out_pages": len(validation),
        "epoch_kept": policy.best_epoch,
        "seconds_making_pages": round(loaded.wall - begun.wall, 1),
        "seconds_training": round(trained.wall - loaded.wall, 1),
        "processor_seconds_training": round(trained.computing - loaded.computing, 1),
        "test_pages": result.count,
        "test_iou": round(result.intersection_over_union, 4),
        "test_iou_mean_per_page": round(result.mean_per_page, 4),
        **baselines(pages.images, pages.masks),
    }


def baselines(images: "NDArray[np.uint8]", masks: "NDArray[np.bool_]") -> dict[str, float]:
    """Return the results of thresholds that are chosen with the true masks."""
    import numpy as np

    from digitpad.nn.metrics import intersection_over_union

    levels = range(8, 248, 4)
    one = max(intersection_over_union(masks, images < level) for level in levels)
    each = [
        max(intersection_over_union(mask, image < level) for level in levels)
        for image, mask in zip(images, masks, strict=True)
    ]
    return {"one_threshold_iou": round(one, 4), "threshold_a_page_iou": round(float(np.mean(each)), 4)}


if __name__ == "__main__":
    main()
