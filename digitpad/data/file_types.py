"""The endings of the files that contain drawings and pictures, for readers, collections and file dialogs."""

INK_SUFFIX = ".jsonl"
"""The ending of files of ink."""

PICTURE_SUFFIXES = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm", ".heic", ".heif", ".avif"}
)
"""The endings of files of pictures, in lower case; `digitpad.data.picture_files` reads them by their content."""
