"""Measure how long the search for near-duplicates takes, how much memory it needs, and that its pairs are right.

    python tests/benchmarks/near_duplicates.py [--data mnist] [--check] [--json FILE]

Every test image is compared with all training images: 10,000 with 60,000 for MNIST. `--check` also computes all
distances from the pixels, and compares the nearest ones.
"""

import argparse
import json
import os
import resource
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from digitpad.inspection import NearestPairs, SplitDataset, finding_pairs, open_splits


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The search for near-duplicates.")
    parser.add_argument("--data", default="mnist", help="dataset with training and test images (default: %(default)s)")
    parser.add_argument("--check", action="store_true", help="compare with all distances")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    result = measure(options.data, check=options.check)
    for name, value in result.items():
        print(f"{name:<36} {value:12.4g}")
    if options.json is not None:
        options.json.write_text(json.dumps(result, indent=1) + "\n")


def measure(data: str, *, check: bool) -> dict[str, float]:
    """Return seconds, megabytes, and the largest error of a distance if checked."""
    images = open_splits(data)
    everything = np.arange(len(images))
    base, queries = everything[images.split_of == 0], everything[images.split_of == 1]
    before = _peak_megabytes()
    start, processor = time.perf_counter(), time.process_time()
    pairs = _found(images, base, queries)
    result: dict[str, float] = {
        "training images": len(base),
        "test images": len(queries),
        "seconds": time.perf_counter() - start,
        "processor seconds": time.process_time() - processor,
        "additional peak memory, MB": _peak_megabytes() - before,
        "nearest distance": float(pairs.distances[0]),
        "exact copies": pairs.copies,
    }
    if check:
        result["largest error of a distance"] = float(
            abs(_all_nearest(images, base, queries)[: len(pairs)] - pairs.distances).max()
        )
    return result


def _found(images: SplitDataset, base: np.ndarray, queries: np.ndarray) -> NearestPairs:
    steps = finding_pairs(images, base, queries)
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            found: NearestPairs = finished.value
            return found


def _all_nearest(images: SplitDataset, base: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """Return the distance of each query to its nearest image, from all pixels, in ascending order."""
    # Sums of products of whole numbers below 2**24 would not be exact in float32 for large images; float64 always is.
    pixels = images.images(base).reshape(len(base), -1).astype(np.float64)
    norms = np.square(pixels).sum(axis=1)
    nearest = []
    for start in range(0, len(queries), 200):
        some = images.images(queries[start : start + 200]).astype(np.float64).reshape(-1, pixels.shape[1])
        squared = norms - 2 * some @ pixels.T + np.square(some).sum(axis=1, keepdims=True)
        nearest.append(squared.min(axis=1))
    return np.sort(np.sqrt(np.concatenate(nearest)) / 255)


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
