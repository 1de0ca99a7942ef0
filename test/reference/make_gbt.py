"""Reference values of src/training/gbt: `python make_gbt.py` writes gbt.json.

Raw scores after some trees from scikit-learn's HistGradientBoosting, and for three classes from LightGBM, whose second derivative has
the factor K/(K-1) as well; versions in requirements.txt. Both keep gradients as float32, so scores agree to about 1e-6.

Of the Poisson loss one tree of whole steps: pawl takes log(1 + step) for steps up, which is computed here from scikit-learn's steps.
"""

import json
import pathlib

import lightgbm
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

random = np.random.default_rng(7)
ROWS = 240
PARAMS = {"trees": 12, "leaves": 7, "learning_rate": 0.2, "min_rows_in_leaf": 6, "l2": 0.7}


def column(scale, missing):
    values = np.round(random.normal(0, scale, ROWS), 1)
    values[random.uniform(size=ROWS) < missing] = np.nan
    return values


x = np.column_stack([column(3, 0.1), column(5, 0), column(2, 0.05)])
weights = np.round(random.uniform(0.2, 3, ROWS), 3)
signal = np.nan_to_num(x[:, 0], nan=1.3) - 0.4 * x[:, 1] + np.where(np.isnan(x[:, 2]), 2, np.sin(x[:, 2]))
# Numbers that float32 holds, so that the start, a quantile of them, equals a label here as there.
value = np.round((signal + random.normal(0, 1, ROWS)) * 512) / 512
count = random.poisson(np.exp(signal / 4))
binary = (signal + random.normal(0, 2, ROWS) > 0).astype(int)
three = np.digitize(signal + random.normal(0, 1, ROWS), [-1.5, 1.5])


def learned(kind, label, sample_weight, params=PARAMS, **options):
    model = kind(
        max_iter=params["trees"],
        max_leaf_nodes=params["leaves"],
        learning_rate=params["learning_rate"],
        min_samples_leaf=params["min_rows_in_leaf"],
        l2_regularization=params["l2"],
        max_bins=255,
        early_stopping=False,
        **options,
    ).fit(x, label, sample_weight=sample_weight)
    return model, model._raw_predict(x)[:, 0]


def regression(loss, sample_weight, **options):
    _, scores = learned(HistGradientBoostingRegressor, value, sample_weight, loss=loss, **options)
    return scores.tolist()


def poisson():
    """One tree, its steps not shrunk: the start and the steps of scikit-learn, those up made log(1 + step)."""
    params = PARAMS | {"trees": 1, "learning_rate": 1}
    model, scores = learned(HistGradientBoostingRegressor, count, weights, params, loss="poisson")
    start = float(model._baseline_prediction.ravel()[0])
    steps = scores - start
    return {"params": params, "scores": (start + np.where(steps > 0, np.log1p(steps), steps)).tolist()}


def multiclass(sample_weight):
    data = lightgbm.Dataset(x, three, weight=sample_weight, params={"min_data_in_bin": 1, "max_bin": 255})
    options = {
        "objective": "multiclass",
        "num_class": 3,
        "num_leaves": PARAMS["leaves"],
        "learning_rate": PARAMS["learning_rate"],
        # LightGBM reckons the rows of a leaf from second derivatives.
        "min_data_in_leaf": 1,
        "min_sum_hessian_in_leaf": 2,
        "lambda_l2": PARAMS["l2"],
        "min_data_in_bin": 1,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
    model = lightgbm.train(options, data, PARAMS["trees"])
    return model.predict(x).tolist()


reference = {
    "params": PARAMS,
    "columns": [[None if np.isnan(v) else v for v in values] for values in x.T.tolist()],
    "weights": weights.tolist(),
    "value": value.tolist(),
    "count": count.tolist(),
    "binary": binary.tolist(),
    "three": three.tolist(),
    "squared": regression("squared_error", None),
    "squared_weighted": regression("squared_error", weights),
    "absolute": regression("absolute_error", None),
    "absolute_weighted": regression("absolute_error", weights),
    "quantile_weighted": regression("quantile", weights, quantile=0.8),
    "poisson_weighted": poisson(),
    "log_loss": learned(HistGradientBoostingClassifier, binary, None)[1].tolist(),
    "log_loss_weighted": learned(HistGradientBoostingClassifier, binary, weights)[1].tolist(),
    "softmax": multiclass(None),
    "softmax_weighted": multiclass(weights),
}

path = pathlib.Path(__file__).with_name("gbt.json")
path.write_text(json.dumps(reference) + "\n")
