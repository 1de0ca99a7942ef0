"""Reference values of src/evaluation/class-metric.ts: `python make_classes.py` writes classes.json.

Metrics of four classes from scikit-learn, versions in requirements.txt. The expected calibration error of the top class is in none of
its functions: it is put together here as C. Guo et al. (ICML 2017) define it, over ten bins of equal width.
"""

import json
import pathlib

import numpy as np
from sklearn import metrics

random = np.random.default_rng(11)
CLASSES = 4


def top_class_error(label, probability):
    top = probability.argmax(axis=1)
    confidence = probability.max(axis=1)
    right = (top == label).astype(float)
    bins = np.minimum(9, (confidence * 10).astype(int))
    return sum(abs((confidence - right)[bins == b].sum()) for b in range(10)) / len(label)


def case(rows, shares, sharpness, never=None, absent=None):
    label = random.choice(CLASSES, size=rows, p=shares)
    if absent is not None:
        label[label == absent] = 0
    logits = random.normal(size=(rows, CLASSES))
    logits[np.arange(rows), label] += sharpness
    if never is not None:
        logits[:, never] -= 8
    # Float32, as a graph gives them, and a few ties.
    logits = np.round(logits, 1)
    probability = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    call = probability.argmax(axis=1)
    present = [k for k in range(CLASSES) if (label == k).any()]
    areas = [metrics.roc_auc_score(label == k, probability[:, k]) for k in present]
    if len(present) == CLASSES:
        ovr = metrics.roc_auc_score(label, probability, multi_class="ovr", average="macro")
        assert abs(ovr - np.mean(areas)) < 1e-12
    return {
        "label": label.tolist(),
        "probability": probability.ravel().tolist(),
        "metrics": {
            "accuracy": metrics.accuracy_score(label, call),
            "auc": float(np.mean(areas)),
            "f1": metrics.f1_score(label, call, average="macro", zero_division=0),
            "precision": metrics.precision_score(label, call, average="macro", zero_division=0),
            "recall": metrics.balanced_accuracy_score(label, call),
            "log_loss": metrics.log_loss(label, probability, labels=range(CLASSES)),
            "brier": metrics.brier_score_loss(label, probability, labels=range(CLASSES), scale_by_half=True),
            "ece": float(top_class_error(label, probability)),
        },
    }


cases = {
    "usual": case(300, [0.4, 0.3, 0.2, 0.1], 1.5),
    "a class that is never predicted": case(200, [0.4, 0.3, 0.2, 0.1], 2.0, never=3),
    "a class without rows": case(150, [0.3, 0.3, 0.2, 0.2], 1.0, absent=2),
}
out = pathlib.Path(__file__).with_name("classes.json")
out.write_text(json.dumps(cases, separators=(",", ":")) + "\n")
