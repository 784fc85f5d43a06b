"""From the photograph of a page to its ink: for every pixel, how sure a network is that a pen was there.

An `InkFinder` is to networks that find ink what a `Recognizer` is to those that read digits.
"""

import numpy as np
from numpy.typing import NDArray

from digitpad.data.dataset import normalize
from digitpad.errors import DigitpadError
from digitpad.models.model_file import SEGMENTATION, Model
from digitpad.nn import functional
from digitpad.translation import gettext as _

#: Pages that go through the network at once, which bounds the memory that its maps take.
_BATCH = 32


class InkFinder:
    """Find ink with one network.

    Parameters
    ----------
    model
        Its weights are copied: answers do not change when a training run goes on.

    Raises
    ------
    DigitpadError
        If the model was trained for something else.
    """

    def __init__(self, model: Model) -> None:
        if model.metadata.task != SEGMENTATION:
            raise DigitpadError(
                _("{model} does not find ink in pictures; choose a model that was trained on paper.").format(
                    model=model.name
                )
            )
        self.model = model.copy()

    def probabilities(self, images: NDArray[np.float32] | NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return how likely each pixel is ink.

        Parameters
        ----------
        images
            (N, 1, H, W): float32 in [0, 1], white paper 1, or bytes. H and W are of a size that the network can take.

        Returns
        -------
        NDArray
            float32 (N, 1, H, W), in [0, 1].

        Raises
        ------
        DigitpadError
            If the network cannot take pictures of that size.
        """
        network, preprocessing = self.model.network, self.model.metadata.preprocessing
        try:
            network.output_shape(images.shape[1:])
        except ValueError as error:
            size = "x".join(str(side) for side in images.shape[1:])
            raise DigitpadError(
                _("{model} cannot process {size} pictures ({reason}); resize them.").format(
                    model=self.model.name, size=size, reason=error
                )
            ) from error
        found = np.empty(images.shape, np.float32)
        for start in range(0, len(images), _BATCH):
            batch = normalize(images[start : start + _BATCH], preprocessing.mean, preprocessing.std)
            found[start : start + _BATCH] = functional.sigmoid(network.forward(batch))
        return found
