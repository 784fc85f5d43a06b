"""`digitpad export`: write a network in a form for other programs."""

from pathlib import Path

from digitpad.commands.output import note, printable, say, say_json
from digitpad.export import export_model
from digitpad.models.find import find_network
from digitpad.models.model_file import SUFFIX, check_output
from digitpad.translation import gettext as _


def export(name: str, *, form: str, path: Path, overwrite: bool, json: bool) -> None:
    """Export a network, and print how far the outputs of the exported network differ.

    Parameters
    ----------
    name
        Name or file of a model, or an architecture, whose weights are then untrained.
    form
        `onnx`, `pytorch` or `npz`.
    path
        The output file.
    overwrite
        Whether an existing file may be overwritten.
    json
        Print one JSON object instead of text.

    Raises
    ------
    DigitpadError
        If the network does not exist or cannot be exported, or the file cannot be written.
    """
    check_output(path, overwrite=overwrite)
    if form == "pytorch":
        # The weights go into a file beside the module, which could be the model that is being exported.
        check_output(path.with_suffix(SUFFIX), overwrite=overwrite)
    model, trained = find_network(name)
    if not trained:
        note(
            _(
                "{name} is an architecture without a model of the same name: its weights are random, not trained."
            ).format(name=name)
        )
    exported = export_model(model, form, path)
    if json:
        say_json({"path": str(exported.path), "max_difference": exported.max_difference})
        return
    files = ", ".join(printable(file) for file in (exported.path, *exported.beside))
    say(_("Wrote {files}.").format(files=files))
    if exported.max_difference is None:
        say(_("Largest difference: {reason}.").format(reason=exported.compared))
    else:
        say(
            _("Largest difference: {difference:.1e}, measured on {compared}.").format(
                difference=exported.max_difference, compared=exported.compared
            )
        )
