"""Exports networks for other programs: as ONNX, as a PyTorch module, or as NumPy arrays.

`export_model` writes one of these formats and measures how far the outputs differ: the file is loaded with the program
that it is meant for, and both networks run on the same images. A file whose outputs differ is never written.
"""

from digitpad.export.exporting import FORMATS, Exported, export_model

__all__ = ["FORMATS", "Exported", "export_model"]
