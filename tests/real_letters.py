"""Real pen ink under the names of letters: the digits of pendigits, called a to j."""

import json
from pathlib import Path

LETTERS = "abcdefghij"
_EVERY = 10


def write_letters(folder: Path, test_data: Path) -> tuple[Path, Path]:
    """Write every tenth drawing: those of every fifth writer as `test.jsonl`, the others as `train.jsonl`."""
    lines: dict[str, list[str]] = {"train": [], "test": []}
    text = (test_data / "ink" / "pendigits-train.jsonl").read_text(encoding="utf-8")
    for line in text.splitlines()[::_EVERY]:
        drawing = json.loads(line)
        drawing["label"] = LETTERS[int(drawing["label"])]
        lines["test" if int(drawing["writer"]) % 5 == 0 else "train"].append(json.dumps(drawing))
    for name, own in lines.items():
        (folder / f"{name}.jsonl").write_text("\n".join(own) + "\n", encoding="utf-8")
    return folder / "train.jsonl", folder / "test.jsonl"
