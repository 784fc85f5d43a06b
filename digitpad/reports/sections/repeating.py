"""How to repeat a run to the bit, and what it was made with."""

import hashlib
import platform

import numpy as np

from digitpad import __version__
from digitpad.reports.document import Block, Cell, Code, Missing, Paragraph, Section
from digitpad.reports.measured import MeasuredRun
from digitpad.reports.sections.network import fact_table
from digitpad.system_info import blas
from digitpad.training.repeating import repeating_command
from digitpad.translation import gettext as _

_ARCHITECTURE = "architecture.json"


def repeating_section(measured: MeasuredRun) -> Section:
    """Return the section about repeating the run."""
    info = measured.info
    plan = info.plan
    blocks: list[Block] = []
    command = info.command or repeating_command(plan)
    if command:
        blocks.append(Code(_("The command that repeats the run"), command))
    else:
        text = _("Save the architecture below as {file}, then the command repeats the run.")
        blocks += [
            Paragraph(text.format(file=_ARCHITECTURE)),
            Code(_("The command that repeats the run"), repeating_command(plan, _ARCHITECTURE)),
            Code(_ARCHITECTURE, plan.architecture.to_json(), is_long=True),
        ]
    blocks.append(
        Paragraph(
            _(
                "With the same data (see their SHA-256), the same number of threads, and the same versions on the same "
                "kind of processor, the weights are the same to the bit; elsewhere the last digits may differ."
            )
        )
    )
    blocks += [Missing(caveat) for caveat in _caveats(measured)]
    facts = [
        ("trained_by", _("trained by"), Cell.of(f"digitpad {info.digitpad}")),
        ("report_by", _("report made by"), Cell.of(f"digitpad {__version__}")),
        ("python", "Python", Cell.of(platform.python_version())),
        ("numpy", "NumPy", Cell.of(np.__version__)),
        ("blas", "BLAS", Cell.of(blas())),
        ("system", _("system"), Cell.of(f"{platform.system()} {platform.machine()}")),
        ("created", _("run created"), Cell.of(info.created.strftime("%Y-%m-%d %H:%M"))),
        ("folder", _("folder of the run"), Cell.of(measured.run.folder.name)),
        ("model_sha256", _("SHA-256 of the model file"), Cell.of(_checksum(measured))),
    ]
    blocks.append(
        Paragraph(
            _("A run records the version of digitpad; the others are those of the machine that made this report.")
        )
    )
    blocks.append(fact_table("versions", _("Versions and files"), facts))
    return Section("repeating", _("How to repeat it"), tuple(blocks))


def _caveats(measured: MeasuredRun) -> list[str]:
    """Return why the command alone does not give the same weights, if that is so."""
    info, settings = measured.info, measured.info.plan.settings
    caveats = []
    if measured.changes:
        caveats.append(
            _(
                "Settings were changed during the training, which a command cannot repeat; `digitpad runs film` with "
                "--step repeats any step of the run exactly."
            )
        )
    if info.branched_from:
        caveats.append(_("The run continues another one ({run}) from a checkpoint.").format(run=info.branched_from))
    if info.extensions:
        caveats.append(_("The number of epochs was changed during the run, which schedules depend on."))
    if info.status.value != "finished":
        caveats.append(_("The run is {status}; the command trains it to its end.").format(status=info.status.words))
    if settings.device == "cuda":
        caveats.append(_("The run was trained on a GPU, whose sums may differ in their last digits."))
    return caveats


def _checksum(measured: MeasuredRun) -> str:
    path = measured.run.model_path
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return "–"
