"""`digitpad export`: write a network in a form for other programs."""

from pathlib import Path

from digitpad.commands.output import note, printable, say, say_json
from digitpad.export import export_model
from digitpad.models.find import find_network
from digitpad.models.model_file import SUFFIX, check_output


def export(name: str, *, form: str, path: Path, overwrite: bool, json: bool) -> None:
    """Write a network, and print how far its answers there differ.

    Parameters
    ----------
    name
        A model's name or file, or an architecture, whose weights are then untrained.
    form
        `onnx`, `pytorch` or `npz`.
    path
        Where to.
    overwrite
        Whether a file already there may be replaced.
    json
        Print one JSON object instead of text.

    Raises
    ------
    DigitpadError
        If there is no such network, it cannot be exported, or the file cannot be written.
    """
    check_output(path, overwrite=overwrite)
    if form == "pytorch":
        # The weights go beside the module, and could be the very model that is being exported.
        check_output(path.with_suffix(SUFFIX), overwrite=overwrite)
    model, trained = find_network(name)
    if not trained:
        note(f"{name} is an architecture without a model of that name: its weights are fresh, not trained.")
    exported = export_model(model, form, path)
    if json:
        say_json({"path": str(exported.path), "max_difference": exported.max_difference})
        return
    beside = "".join(f" and {printable(other)}" for other in exported.beside)
    say(f"Wrote {printable(exported.path)}{beside}.")
    if exported.max_difference is None:
        say(f"Largest difference: {exported.compared}.")
    else:
        say(f"Largest difference: {exported.max_difference:.1e} on {exported.compared}.")
