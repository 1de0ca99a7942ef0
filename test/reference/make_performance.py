"""Reference values of src/stats/{cbpe,dle,score-calibration,adwin,page-hinkley}.ts: `python make_performance.py` writes performance.json.

CBPE and DLE from NannyML, isotonic regression from scikit-learn, ADWIN and Page-Hinkley from River; versions in requirements.txt.
"""

import json
import pathlib

import numpy as np
import pandas as pd
from nannyml.performance_estimation.confidence_based import metrics as cbpe
from nannyml.sampling_error import regression
from river import drift
from sklearn.isotonic import IsotonicRegression

random = np.random.default_rng(5)


def rounded(values, digits=4):
    return [float(value) for value in np.round(values, digits)]


def classification():
    """Calibrated probabilities, distinct scores and calls: what CBPE estimates of them."""
    probability = np.round(random.beta(0.7, 0.9, 400), 4)
    # The score orders rows otherwise than the probability, without ties.
    score = np.round(np.clip(probability * 0.8 + random.normal(0, 0.05, 400) + 0.1, 0, 1), 3) + np.arange(400) * 1e-6
    positive = (score >= 0.45).astype(int)
    calls, chances = pd.Series(positive), pd.Series(probability)
    return {
        "probability": rounded(probability),
        "score": rounded(score, 6),
        "positive": positive.tolist(),
        "accuracy": float(cbpe.estimate_accuracy(calls, chances)),
        "f1": float(cbpe.estimate_f1(calls, chances)),
        "precision": float(cbpe.estimate_precision(calls, chances)),
        "recall": float(cbpe.estimate_recall(calls, chances)),
        "auc": float(cbpe.estimate_roc_auc(chances, pd.Series(np.round(score, 6)))),
    }


def calibration():
    """Isotonic regression of labels on scores, and its answers in between and beyond."""
    score = np.round(random.uniform(0.05, 0.95, 300), 2)
    label = (random.uniform(size=300) < score**1.7).astype(int)
    fitted = IsotonicRegression(out_of_bounds="clip").fit(score, label)
    asked = np.round(np.linspace(0, 1, 101), 4)
    return {
        "score": rounded(score),
        "label": label.tolist(),
        "asked": rounded(asked),
        "calibrated": [float(value) for value in fitted.predict(asked)],
    }


def errors():
    """Labels and predictions of a reference, and the sampling error of the MAE of 250 rows."""
    label = np.round(random.gamma(2, 80, 500), 2)
    prediction = np.round(label + random.normal(0, 25, 500), 2)
    components = regression.mae_sampling_error_components(pd.Series(label), pd.Series(prediction))
    return {
        "label": rounded(label, 2),
        "prediction": rounded(prediction, 2),
        "rows": 250,
        "sampling_error": float(regression.mae_sampling_error(components, np.zeros(250))),
    }


def streams():
    """Losses that rise, fall and wander, and where River sees a change in them."""
    wrong = np.concatenate([random.uniform(size=n) < p for n, p in [(900, 0.2), (700, 0.32), (900, 0.15), (600, 0.6)]]).astype(float)
    absolute = np.round(np.concatenate([random.gamma(2, scale, n) for n, scale in [(700, 20), (600, 30), (500, 12), (400, 90)]]), 2)
    return [stream("wrong answers", wrong, 1), stream("absolute errors", absolute, 40)]


def stream(name, values, unit):
    adwin, hinkley = drift.ADWIN(), drift.PageHinkley(mode="up")
    looks, changes, found, sums = [], [], [], []
    for i, value in enumerate(values / unit):
        adwin.update(value)
        hinkley.update(value)
        if adwin.drift_detected:
            changes.append(i)
        if hinkley.drift_detected:
            found.append(i)
        if i % 100 == 99:
            looks.append([i, adwin.width, adwin.total, adwin.variance])
            sums.append([i, hinkley._x_mean.get(), hinkley._sum_increase - hinkley._min_increase])
    return {
        "name": name,
        "values": rounded(values, 2),
        "unit": unit,
        "adwin": {"changes": changes, "looks": looks},
        "page_hinkley": {"changes": found, "looks": sums},
    }


made = {
    "classification": classification(),
    "calibration": calibration(),
    "errors": errors(),
    "streams": streams(),
}
pathlib.Path(__file__).with_name("performance.json").write_text(json.dumps(made) + "\n")
