"""How likely the body is right, from how sure the single blocks are."""

from math import exp

import numpy as np

from worker.core.html.rules import Draft
from worker.core.html.tagger import fitted


def trust(draft: Draft) -> float:
    """Calibrated chance that the body's F1 is at least .95; 0 when nothing was chosen.

    The one number behind it is the expected F1 of the choice under the blocks' own probabilities.
    """
    weight, chosen = draft.features.weights, draft.chosen
    if not chosen.any():
        return 0.0
    told = float((draft.p * weight)[chosen].sum())
    expected = 2 * told / (float(weight[chosen].sum()) + float((draft.p * weight).sum()))
    slope, shift = fitted().calibration
    doubt = -np.log(max(1e-4, 1.0 - expected))
    return float(round(1.0 / (1.0 + exp(-(slope * doubt + shift))), 4))
