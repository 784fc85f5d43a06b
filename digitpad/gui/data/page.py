"""The base of the pages of the Data tab."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


class DataPage(QWidget):
    """A page of the Data tab.

    Attributes
    ----------
    head
        What stands above the page, beside the switch of the tab; without a tab, the page shows it itself.

    Signals
    -------
    message
        A `Message` for the message bar.
    train_wanted
        The name of a dataset, as `open_dataset` takes it, to be trained on.
    tab_wanted
        The key of another tab, such as "Draw", that should be shown.
    """

    head: QWidget

    message = Signal(object)
    train_wanted = Signal(str)
    tab_wanted = Signal(str)

    def heightForWidth(self, width: int) -> int:
        """Return the height that the page needs; none while another page is shown, which a stack would count too."""
        return -1 if self.isHidden() else super().heightForWidth(width)

    def shut_down(self) -> None:
        """Stop background work and wait for its end, because the window is closing."""
