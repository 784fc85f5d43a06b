"""The film of a run: its weights at many steps, so that every view can show any moment of the training.

Record: `LiveRun` films every run within `FilmLimits`; `FilmRecorder` does the work. Read: `Film.open(run)` lists the
frames and returns the network of any of them. Any step between two frames: `ExactSteps` repeats the training from the
nearest checkpoint. Views over all frames, such as the life of an answer, are in `digitpad.evaluation.film`.
"""
