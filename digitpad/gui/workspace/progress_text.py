"""Durations, and the progress of background work, in words."""

from PySide6.QtCore import QCoreApplication

from digitpad.gui.workers.progress import WorkProgress


def duration(seconds: float) -> str:
    """Return a time as people write it: "12 s", "1 min 36 s", "2 h 5 min"."""
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    text = QCoreApplication.translate("Duration", "{seconds} s")
    if hours:
        text = QCoreApplication.translate("Duration", "{hours} h {minutes} min")
    elif minutes:
        text = QCoreApplication.translate("Duration", "{minutes} min {seconds} s")
    return text.format(hours=hours, minutes=minutes, seconds=whole % 60)


def progress_text(progress: WorkProgress) -> str:
    """Return what is done, how much of it, and how long the rest takes, as far as that is known."""
    if not progress.total:
        return progress.doing
    text = QCoreApplication.translate("Progress", "{task}: {done:,} of {total:,}")
    left = ""
    if progress.seconds_left is not None:
        text = QCoreApplication.translate("Progress", "{task}: {done:,} of {total:,}, {time} left")
        left = duration(max(1.0, progress.seconds_left))
    return text.format(task=progress.doing, done=progress.done, total=progress.total, time=left)
