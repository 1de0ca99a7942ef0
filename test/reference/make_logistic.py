"""Writes logistic.json: what scikit-learn's linear models say of rows that are drawn here, with pawl's penalties.

pawl's loss is a sum over rows, by weight, with l1 times the absolute and l2 / 2 times the squared coefficients of standardised columns.
LogisticRegression divides it by l1 + l2 (C = 1 / (l1 + l2), l1_ratio = l1 / (l1 + l2)), ElasticNet by the sum of the weights.
"""

import json
import pathlib

import numpy
from sklearn.linear_model import ElasticNet, LogisticRegression, Ridge

random = numpy.random.default_rng(7)
rows = 120
columns = numpy.stack([random.normal(3, 2, rows), random.exponential(1, rows), random.integers(0, 4, rows), random.normal(0, 1, rows)], axis=1)
columns = numpy.round(columns, 2).astype(numpy.float32).astype(numpy.float64)
latent = 0.5 * columns[:, 0] - 0.8 * columns[:, 1] + 0.2 * columns[:, 2]
weights = numpy.round(random.uniform(0.2, 3, rows), 2)
labels = {
    "regression": numpy.round(latent + random.normal(0, 1, rows), 2),
    "binary-classification": (random.uniform(size=rows) < 1 / (1 + numpy.exp(1 - latent))).astype(float),
    "multiclass-classification": numpy.clip(numpy.round(latent + random.normal(0, 0.7, rows)), 0, 2),
}


def fitted(task, l1, l2, weighted):
    weight = weights if weighted else numpy.ones(rows)
    mean = numpy.average(columns, axis=0, weights=weight)
    deviation = numpy.sqrt(numpy.average((columns - mean) ** 2, axis=0, weights=weight))
    standardised = (columns - mean) / deviation
    if task == "regression":
        total = weight.sum()
        if l1 == 0:
            model = Ridge(alpha=l2, solver="cholesky")
        else:
            model = ElasticNet(alpha=(l1 + l2) / total, l1_ratio=l1 / (l1 + l2), tol=1e-14, max_iter=1_000_000)
    else:
        solver = {"solver": "newton-cholesky", "tol": 1e-13} if l1 == 0 else {"solver": "saga", "tol": 1e-15, "random_state": 1}
        model = LogisticRegression(C=1 / (l1 + l2), l1_ratio=l1 / (l1 + l2), max_iter=1_000_000, **solver)
    model.fit(standardised, labels[task], sample_weight=weight)
    coefficients = numpy.atleast_2d(model.coef_)
    intercept = numpy.atleast_1d(model.intercept_)
    return {
        "task": task,
        "l1": l1,
        "l2": l2,
        "weighted": weighted,
        # By class; one of a regression or of two classes. The intercepts of several classes are told from their mean.
        "coefficients": coefficients.tolist(),
        "intercept": (intercept - (intercept.mean() if len(intercept) > 1 else 0)).tolist(),
    }


penalties = [(0, 1), (4, 0.5), (3, 3)]
fits = [
    fitted(task, l1, l2, weighted)
    for task in labels
    for l1, l2 in penalties
    for weighted in (False, True)
]
reference = {
    "columns": columns.T.tolist(),
    "weights": weights.tolist(),
    "labels": {task: label.tolist() for task, label in labels.items()},
    "fits": fits,
}
(pathlib.Path(__file__).parent / "logistic.json").write_text(json.dumps(reference) + "\n")
