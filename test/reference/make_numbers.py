"""Reference values of src/stats/number-losses.ts and of the metrics made of it: `python make_numbers.py` writes numbers.json.

All of them by scikit-learn, weighted and not; versions in requirements.txt.
"""

import json
import pathlib

import numpy as np
from sklearn import metrics

random = np.random.default_rng(11)


def quantiles():
    label = np.round(random.gamma(2, 80, 200), 2)
    score = np.round(label + random.normal(40, 60, 200), 2)
    weights = random.integers(0, 4, 200)
    of = metrics.mean_pinball_loss
    return {
        "label": label.tolist(),
        "score": score.tolist(),
        "weights": weights.tolist(),
        "pinball": [
            [alpha, float(of(label, score, alpha=alpha)), float(of(label, score, alpha=alpha, sample_weight=weights))]
            for alpha in [0.05, 0.5, 0.9, 0.99]
        ],
    }


def counts():
    expected = np.round(random.gamma(2, 1.5, 200), 3) + 0.001
    label = random.poisson(expected * random.uniform(0.5, 1.5, 200))
    weights = random.integers(0, 4, 200)
    of = metrics.mean_poisson_deviance
    return {
        "label": label.tolist(),
        "score": expected.tolist(),
        "weights": weights.tolist(),
        "deviance": [float(of(label, expected)), float(of(label, expected, sample_weight=weights))],
        "single": [float(of([y], [m])) for y, m in [(0, 2.5), (3, 3), (7, 0.01), (1e6, 1.0)]],
    }


made = {"quantiles": quantiles(), "counts": counts()}
pathlib.Path(__file__).with_name("numbers.json").write_text(json.dumps(made) + "\n")
