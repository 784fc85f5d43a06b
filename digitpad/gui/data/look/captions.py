"""What is said about the images: below them in the grid, and in the details."""

from PySide6.QtCore import QCoreApplication

from digitpad.gui.data.look.arrangement import Findings, Order
from digitpad.gui.data.look.details import Facts
from digitpad.gui.data.look.grid import Caption
from digitpad.gui.widgets.percent import sureness
from digitpad.gui.widgets.plain_text import one_line
from digitpad.inspection import SplitDataset


class Descriptions:
    """Describes the images of a dataset with what is known about them.

    Parameters
    ----------
    images
        The dataset.
    order
        The order of the grid.
    findings
        The results that the order needs.
    """

    def __init__(self, images: SplitDataset, order: Order, findings: Findings) -> None:
        self._images, self._order, self._findings = images, order, findings
        suspects, pairs = findings.suspects, findings.pairs
        self._suspect = {} if suspects is None else {index: row for row, index in enumerate(suspects.indices.tolist())}
        self._pair = {} if pairs is None else {index: row for row, index in enumerate(pairs.queries.tolist())}

    def name(self, index: int) -> str:
        """Return the name of an image: its split and its index in it."""
        number, inside = self._images.locate(index)
        texts = {
            "train": QCoreApplication.translate("LookCaptions", "Training image {number:,}"),
            "test": QCoreApplication.translate("LookCaptions", "Test image {number:,}"),
        }
        if len(self._images.splits) == 1:
            return QCoreApplication.translate("LookCaptions", "Image {number:,}").format(number=inside)
        return texts[self._images.splits[number]].format(number=inside)

    def label(self, index: int) -> str:
        """Return the label of an image."""
        return one_line(self._images.classes[self._images.labels[index]])

    def caption(self, index: int) -> Caption:
        """Return the caption of the cell of an image, or of the pair that begins with it."""
        label = self.label(index)
        name = f"{self.name(index)}, {label}"
        readings, suspects, pairs = self._findings.readings, self._findings.suspects, self._findings.pairs
        if self._order is Order.DUPLICATES and pairs is not None:
            row = self._pair[index]
            other = int(pairs.matches[row])
            detail = f"{pairs.distances[row]:.2f}"
            text = QCoreApplication.translate("LookCaptions", "{image}; {other}; distance {distance}")
            words = text.format(image=name, other=f"{self.name(other)}, {self.label(other)}", distance=detail)
            other_label = self.label(other)
            return Caption(f"{label} | {other_label}", detail, label != other_label, words=words)
        if self._order is Order.STORED or readings is None:
            return Caption(label, words=name)
        read = int(readings.predicted[index])
        detail = f"{readings.losses[index]:.2f}"
        if self._order is Order.MISLABELLED and suspects is not None:
            row = self._suspect[index]
            read = int(suspects.believed[row])
            detail = sureness(float(suspects.probabilities[row]))
            text = QCoreApplication.translate("LookCaptions", "{image}; probably {read}, {detail}")
        else:
            text = QCoreApplication.translate("LookCaptions", "{image}; read as {read}; loss {detail}")
        wrong = read != int(readings.targets[index])
        shown = one_line(readings.labels[read])
        words = text.format(image=name, read=shown, detail=detail)
        doubted = self._order is Order.HARDEST and index in self._suspect
        if doubted:
            words = QCoreApplication.translate("LookCaptions", "{image}; probably mislabelled").format(image=words)
        return Caption(f"{label} → {shown}" if wrong else label, detail, wrong, doubted, words)

    def facts(self, index: int) -> Facts:
        """Return what the details say about an image."""
        titles = {
            "writer": QCoreApplication.translate("LookCaptions", "Writer"),
            "source": QCoreApplication.translate("LookCaptions", "Source"),
        }
        lines = [(QCoreApplication.translate("LookCaptions", "Label"), self.label(index))]
        for kind in self._images.kinds:
            origins = self._images.origins(kind)
            code = int(origins.codes[index])
            if code >= 0:
                lines.append((titles.get(kind, kind), origins.names[code]))
        path = self._images.path(index)
        if path is not None:
            lines.append((QCoreApplication.translate("LookCaptions", "File"), str(path)))
        readings = self._findings.readings
        if readings is not None:
            loss = f"{readings.losses[index]:.4g}"
            lines.append((QCoreApplication.translate("LookCaptions", "Loss of the label"), loss))
        pairs = self._findings.pairs
        if self._order is Order.DUPLICATES and pairs is not None and index in self._pair:
            row = self._pair[index]
            other = int(pairs.matches[row])
            text = QCoreApplication.translate("LookCaptions", "{image}, {label}")
            lines.append(
                (
                    QCoreApplication.translate("LookCaptions", "Nearest"),
                    text.format(image=self.name(other), label=self.label(other)),
                )
            )
            lines.append((QCoreApplication.translate("LookCaptions", "Distance"), f"{pairs.distances[row]:.4f}"))
        return Facts(self.name(index), tuple(lines), self._doubt(index))

    def _doubt(self, index: int) -> str:
        readings, suspects = self._findings.readings, self._findings.suspects
        if readings is None or suspects is None or index not in self._suspect:
            return ""
        row = self._suspect[index]
        believed = int(suspects.believed[row])
        text = QCoreApplication.translate(
            "LookCaptions",
            "Probably mislabelled: {model} gives {probability} to {believed}; the threshold of that class is "
            "{threshold}.",
        )
        return text.format(
            model=one_line(readings.model),
            believed=one_line(readings.labels[believed]),
            probability=sureness(float(suspects.probabilities[row])),
            threshold=sureness(float(suspects.thresholds[believed])),
        )
