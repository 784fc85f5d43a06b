"""Files that the monkey drops, pastes and opens: all kinds that the window reads, valid and damaged."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

from digitpad.data.idx import write_idx
from digitpad.models.model_file import Model, ModelMetadata, bundled_models, save_model
from digitpad.nn import ARCHITECTURES, build


@dataclass(frozen=True, slots=True)
class Things:
    """Files in a temporary folder.

    Attributes
    ----------
    models
        Model files, among them broken ones.
    pages
        Pictures and files of ink, among them broken ones.
    data
        A small dataset that is learned quickly.
    folder
        Where all of them are, and where files may be written.
    """

    models: tuple[Path, ...]
    pages: tuple[Path, ...]
    data: Path
    folder: Path

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them, a folder and a file that does not exist too."""
        return (*self.models, *self.pages, self.data, self.folder / "not there.png", self.folder / "gone.safetensors")

    def mime(self, rng: np.random.Generator) -> QMimeData:
        """Return something to drop or to paste."""
        mime = QMimeData()
        match int(rng.integers(8)):
            case 0:
                mime.setText(json.dumps(_drawing(rng)))
            case 1:
                mime.setText(str(rng.choice(["", "{", "{}", '{"strokes": 1}', "hello", '{"strokes": [[[1e30, 1]]]}'])))
            case 2:
                shape = tuple(int(side) for side in rng.integers(1, 200, 2))
                image = QImage(shape[0], shape[1], QImage.Format.Format_RGB32)
                image.fill(int(rng.integers(2**24)))
                mime.setImageData(image)
            case 3:
                paths = [self.files[int(rng.integers(len(self.files)))] for _ in range(int(rng.integers(1, 4)))]
                mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
            case 4:
                mime.setUrls([QUrl("https://example.org/7.png")])
            case _:
                path = self.files[int(rng.integers(len(self.files)))]
                mime.setUrls([QUrl.fromLocalFile(str(path))])
        return mime


def make_things(folder: Path, rng: np.random.Generator) -> Things:
    """Write the files into a folder that exists."""
    return Things(_models(folder, rng), _pages(folder, rng), _data(folder / "digits", rng), folder)


def _models(folder: Path, rng: np.random.Generator) -> tuple[Path, ...]:
    paths = [path.resolve() for path in bundled_models()]
    for name in ("light", "lenet5", "unet-narrow"):
        paths.append(folder / f"own {name}.safetensors")
        architecture = ARCHITECTURES[name]
        save_model(paths[-1], Model(build(architecture, rng=rng), architecture, ModelMetadata()))
    whole = paths[-1].read_bytes()
    paths += [folder / "short.safetensors", folder / "<b>no model<b>.safetensors"]
    paths[-2].write_bytes(whole[: len(whole) // 2])
    paths[-1].write_bytes(b"no model")
    return tuple(paths)


def _pages(folder: Path, rng: np.random.Generator) -> tuple[Path, ...]:
    paths = [folder / "seven.png", folder / "line.png", folder / "noise.png", folder / "grey.jpg", folder / "blank.png"]
    for path, width in zip(paths, (120, 400, 300, 640, 28), strict=True):
        pixels = np.full((150 if width > 28 else 28, width), 255, np.uint8)
        for left in range(20, width - 60, 80):
            pixels[30:40, left : left + 40] = 20
            pixels[30:120, left + 30 : left + 40] = 20
        if path.stem == "noise":
            pixels[:] = rng.integers(0, 256, pixels.shape)
        PIL.Image.fromarray(pixels).save(path)
    paths += [folder / "broken.png", folder / "ink.jsonl", folder / "broken.jsonl"]
    paths[-3].write_bytes(paths[0].read_bytes()[:100])
    paths[-2].write_text("".join(json.dumps(_drawing(rng)) + "\n" for _ in range(3)))
    paths[-1].write_text('{"strokes": [[[1, 2], [3]]]}\n')
    return tuple(paths)


def _data(folder: Path, rng: np.random.Generator) -> Path:
    """Write ten kinds of pictures that are easily told apart, to train with and to test with."""
    folder.mkdir()
    for part, count in (("train", 240), ("t10k", 60)):
        labels = (np.arange(count) % 10).astype(np.uint8)
        images = rng.integers(0, 40, (count, 28, 28)).astype(np.uint8)
        for image, label in zip(images, labels, strict=True):
            image[2 + 2 * label : 6 + 2 * label, 4:24] = 250
        write_idx(folder / f"{part}-images-idx3-ubyte", images)
        write_idx(folder / f"{part}-labels-idx1-ubyte", labels)
    return folder


def _drawing(rng: np.random.Generator) -> dict[str, object]:
    strokes = [
        np.cumsum(rng.normal(0, 8, (int(rng.integers(1, 30)), 2)), axis=0) + rng.uniform(50, 250, 2)
        for _ in range(int(rng.integers(1, 4)))
    ]
    return {"strokes": [np.round(stroke, 1).tolist() for stroke in strokes], "width": 300, "height": 300}
