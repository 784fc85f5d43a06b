"""What the README and the documents in `docs/` show works as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from digitpad.__main__ import main

ROOT = Path(__file__).parents[1]
MANUAL = (ROOT / "docs" / "manual.md").read_text(encoding="utf-8")
COMMANDS = sorted(set(re.findall(r"^\| `digitpad ([a-z]+)", MANUAL, re.MULTILINE)))
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("models/*.md")])


def test_the_examples_run() -> None:
    library = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
    first, *others = re.findall(r"```python\n(.*?)```", library, re.DOTALL)
    for example in (first, *(first + other for other in others)):
        subprocess.run([sys.executable, "-W", "error", "-c", example], check=True, timeout=60)


def test_the_commands_are_listed() -> None:
    assert {
        "predict",
        "train",
        "adapt",
        "evaluate",
        "inspect",
        "collections",
        "runs",
        "report",
        "sweep",
        "serve",
        "start",
        "summary",
        "gradcheck",
        "features",
        "lab",
        "export",
        "bench",
        "tour",
    } == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_are_there(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        sys.exit(main([command, "--help"]))
    assert ended.value.code == 0
    assert command in capsys.readouterr().out


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    broken = []
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)", text):
        if "://" in target:
            continue
        path = document.parent / target if target else document
        if not path.exists() or (anchor and anchor not in headings(path)):
            broken.append(f"{target}#{anchor}")
    assert broken == []


def headings(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub and the documentation site make them."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_readme_is_one_to_two_screens_and_leads_to_the_other_documents() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= 120
    for name in ("manual.md", "library.md", "models.md", "speed.md"):
        assert f"](docs/{name}" in readme


def test_the_decisions_are_numbered_and_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    files = sorted(path.name for path in folder.glob("[0-9]*.md"))
    assert [int(name[:4]) for name in files] == list(range(1, len(files) + 1))
    index = (folder / "index.md").read_text(encoding="utf-8")
    for name in files:
        text = (folder / name).read_text(encoding="utf-8")
        title = text.splitlines()[0].removeprefix(f"# {int(name[:4])}. ")
        assert f"| {int(name[:4])} | [{title}]({name}) |" in index
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Rejected", "Why"]


def test_a_bare_debian_gets_both_commands_whole() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    packages = re.findall(r"^apt-get update && (apt-get install .*?) &&$", readme, re.MULTILINE | re.DOTALL)
    assert len(packages) == 2
    assert packages[0] == packages[1]
    start, test = re.findall(r"&&\n(python3 -m venv .*)$", readme, re.MULTILINE)
    assert f"```sh\n{start}\n```" in readme
    assert f"```sh\n{test}\n```" in readme
