"""Each fuzzer runs a few inputs with every run of the tests; `run.py` runs them for as long as it is told."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NAMES = sorted(path.stem.removeprefix("fuzz_") for path in HERE.glob("fuzz_*.py"))
#: How many inputs, other than 30: each one of the monkey is some hundred actions, and each of the socket waits.
COUNTS = {"monkey": 1, "socket": 6}


@pytest.mark.skipif(sys.platform != "linux", reason="the limits on memory are those of Linux")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name == "monkey" else name for name in NAMES]
)
def test_no_input_does_what_none_must_do(name: str) -> None:
    script = (
        "import sys; from fuzzing import fuzzers, try_seeds; name = sys.argv[1]; "
        "found = try_seeds(name, fuzzers()[name], range(int(sys.argv[2]))); "
        "print(*found, sep='\\n'); sys.exit(bool(found))"
    )
    words = [sys.executable, "-c", script, name, str(COUNTS.get(name, 30))]
    done = subprocess.run(words, cwd=HERE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
