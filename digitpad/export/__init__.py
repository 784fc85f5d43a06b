"""A network for other programs: as ONNX, as a PyTorch module, as plain arrays.

`export_model` writes one of them and measures how far what it wrote answers differently: the file is read back by
whoever it is meant for and both are shown the same images. A file that disagrees is never written.
"""

from digitpad.export.exporting import FORMATS, Exported, export_model

__all__ = ["FORMATS", "Exported", "export_model"]
