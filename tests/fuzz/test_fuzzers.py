"""Each fuzzer runs a few inputs with every run of the tests; `run.py` runs them for as long as it is told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NAMES = sorted(path.stem.removeprefix("fuzz_") for path in HERE.glob("fuzz_*.py"))
#: How many inputs, other than 30: each one of the monkey is some hundred actions, and each of the socket waits.
COUNTS = {"monkey": 1, "socket": 6}


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits on memory are those of Linux")

_SCRIPT = """
import sys
from fuzzing import fuzzers, try_seeds
all_of_them = fuzzers()
found = []
for name, count in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
    found += try_seeds(name, all_of_them[name], range(int(count)))
print(*found, sep="\\n")
sys.exit(bool(found))
"""


def _check(folder: Path, *names: str) -> None:
    """Run fuzzers in one process, which tries the inputs of each in a child of its own, with files in `folder`."""
    words = [word for name in names for word in (name, str(COUNTS.get(name, 30)))]
    environment = {**os.environ, "TMPDIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *words], cwd=HERE, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_input_does_what_none_must_do(tmp_path: Path) -> None:
    assert len(NAMES) > 5
    _check(tmp_path, *(name for name in NAMES if name != "monkey"))


@pytest.mark.slow
def test_no_act_of_the_monkey_does_what_none_must_do(tmp_path: Path) -> None:
    _check(tmp_path, "monkey")
