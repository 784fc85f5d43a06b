"""Check the subject of a commit: one line of at most 72 characters, then an empty line if there is more.

python packaging/commit_subject.py FILE        # the file with a commit's message, as the hook commit-msg gets it
python packaging/commit_subject.py --range A..B    # every commit of a range, as CI does
"""

import subprocess
import sys
from pathlib import Path

LONGEST = 72


def complaint(message: str) -> str | None:
    """Return the problem with a commit message, or None."""
    lines = [line for line in message.splitlines() if not line.startswith("#")]
    subject = lines[0] if lines else ""
    if not subject.strip():
        return "The commit has no subject."
    if len(subject) > LONGEST:
        return f"The subject has {len(subject)} characters, {LONGEST} at most: {subject}"
    if len(lines) > 1 and lines[1].strip():
        return f"The line after the subject must be empty: {subject}"
    return None


def main(arguments: list[str]) -> int:
    """Check the subjects and return the exit code."""
    if len(arguments) == 2 and arguments[0] == "--range":
        log = subprocess.run(
            ["git", "log", "--no-merges", "-z", "--format=%B", arguments[1]],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        )
        messages = [message for message in log.stdout.split("\0") if message]
    elif len(arguments) == 1:
        messages = [Path(arguments[0]).read_text(encoding="utf-8")]
    else:
        print(__doc__, file=sys.stderr)
        return 2
    complaints = [found for found in map(complaint, messages) if found is not None]
    for found in complaints:
        print(found, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
