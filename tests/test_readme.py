"""What the README shows works as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from digitpad.__main__ import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"^\| `digitpad ([a-z]+)", README, re.MULTILINE)))


def test_the_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    subprocess.run([sys.executable, "-W", "error", "-c", example], check=True, timeout=60)


def test_the_commands_are_listed() -> None:
    assert {"predict", "train", "evaluate", "summary", "gradcheck", "features", "export", "bench", "tour"} == set(
        COMMANDS
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_are_there(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        sys.exit(main([command, "--help"]))
    assert ended.value.code == 0
    assert command in capsys.readouterr().out


def test_every_file_that_is_linked_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]
    assert len(links) >= 5
    assert [link for link in links if not (ROOT / link).exists()] == []
