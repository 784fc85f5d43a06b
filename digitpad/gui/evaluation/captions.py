"""The titles of disturbed images."""

from PySide6.QtCore import QCoreApplication

from digitpad.evaluation import Disturbance


def words_for_amount(disturbance: Disturbance, amount: float) -> str:
    """Return a title for an amount of a disturbance, such as "Rotated by 30°"."""
    if amount == disturbance.untouched:
        return QCoreApplication.translate("Captions", "Unchanged")
    shown = abs(amount) if disturbance is Disturbance.STROKE_WIDTH else amount
    return _amount_text(disturbance, bolder=amount > 0).format(amount=f"{shown:g}")


def _amount_text(disturbance: Disturbance, *, bolder: bool) -> str:
    match disturbance:
        case Disturbance.SHIFT:
            return QCoreApplication.translate("Captions", "Shifted by {amount} px")
        case Disturbance.ROTATION:
            return QCoreApplication.translate("Captions", "Rotated by {amount}°")
        case Disturbance.SCALE:
            return QCoreApplication.translate("Captions", "Scaled by {amount}")
        case Disturbance.STROKE_WIDTH:
            if bolder:
                return QCoreApplication.translate("Captions", "Strokes bolder by {amount} px")
            return QCoreApplication.translate("Captions", "Strokes thinner by {amount} px")
        case Disturbance.NOISE:
            return QCoreApplication.translate("Captions", "Noise with σ = {amount}")
