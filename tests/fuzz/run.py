"""Run the fuzzers for a while.

python tests/fuzz/run.py --seconds 60 --seed 0 [FUZZER ...]

Prints each input that the program did not accept or reject in one sentence within the limits, with the seed that
reproduces it (`--try FUZZER SEED`). The exit code is 1 if there is one.
"""

import argparse
import sys

from fuzzing import fuzzers, run_for, try_seed


def main() -> int:
    """Fuzz, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="FUZZER", help=f"of {', '.join(fuzzers())} (default: all)")
    parser.add_argument("--seconds", type=float, default=60.0, help="for all of them together")
    parser.add_argument("--seed", type=int, default=0, help="of the first input")
    parser.add_argument("--try", nargs=2, dest="again", metavar=("FUZZER", "SEED"), help="try one input again, here")
    options = parser.parse_args()
    if options.again:
        name, seed = options.again
        finding = try_seed(name, fuzzers()[name], int(seed))
        sys.stdout.write(f"{finding.trouble if finding else 'Nothing went wrong.'}\n")
        return int(finding is not None)
    tried, findings = run_for(options.seconds, options.seed, options.names)
    for finding in findings:
        sys.stdout.write(f"{finding.fuzzer} {finding.seed}: {finding.trouble}\n")
    sys.stdout.write(f"{tried} inputs, {len(findings)} findings\n")
    return int(bool(findings))


if __name__ == "__main__":
    sys.exit(main())
