"""Collections: classes of drawings and pictures that the user gathers, as a folder that is always saved.

`folder` describes the files and reads them, `editor` changes them with undo and redo, and `store` contains all
collections of the user. A collection is also a dataset (`dataset`), and it can be exported (`exporting`, `archive`).
"""
