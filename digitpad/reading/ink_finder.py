"""Finds ink in photographs of pages: a network predicts the probability of ink for every pixel.

`InkFinder` is the counterpart of `Recognizer` for networks that find ink.
"""

import numpy as np
from numpy.typing import NDArray

from digitpad.errors import DigitpadError
from digitpad.models.model_file import SEGMENTATION, Model
from digitpad.nn import functional
from digitpad.translation import gettext as _

#: Number of pages per forward pass, which bounds the memory of the feature maps.
_BATCH = 32


class InkFinder:
    """Finds ink with one network.

    Parameters
    ----------
    model
        The model. Its weights are copied, so that results do not change while training continues.

    Raises
    ------
    DigitpadError
        If the model was trained for another task.
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
        """Return the probability of ink for each pixel.

        Parameters
        ----------
        images
            (N, 1, H, W): float32 in [0, 1], white paper 1, or bytes. The network must accept H and W.

        Returns
        -------
        NDArray
            float32 (N, 1, H, W), in [0, 1].

        Raises
        ------
        DigitpadError
            If the network does not accept pictures of this size.
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
            batch = preprocessing.normalize(images[start : start + _BATCH])
            found[start : start + _BATCH] = functional.sigmoid(network.forward(batch))
        return found
