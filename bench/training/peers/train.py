"""Trains a peer: `train.py FOLDER PEER THREADS SEED PARAMS` writes `scores.PEER` and prints what the training took, as train-pawl.ts does.

The time is from a float32 matrix in memory to a finished model, with what each library needs to make of the matrix. PARAMS are pawl's.
"""

import json
import os
import pathlib
import resource
import sys
import time

folder, peer, threads, seed, params = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), json.loads(sys.argv[5])
import numpy

# Equal in train-pawl.ts.
WARM_ROWS = 2000

head = json.loads((folder / "rows.json").read_text())
kinds = [feature["levels"] is not None for feature in head["features"]]
categories = [i for i, is_category in enumerate(kinds) if is_category]
regression = head["task"] == "regression"


def read(part):
    rows = head["rows"][part]
    matrix = numpy.empty((rows, len(kinds)), dtype=numpy.float32)
    with open(folder / f"{part}.columns", "rb") as file:
        for j in range(len(kinds)):
            matrix[:, j] = numpy.fromfile(file, dtype=numpy.float32, count=rows)
    return matrix, numpy.fromfile(folder / f"{part}.label", dtype=numpy.float64)


def lightgbm_trainer():
    import lightgbm

    settings = {
        "objective": "regression" if regression else "binary",
        "num_leaves": params["leaves"],
        "learning_rate": params["learning_rate"],
        "max_bin": 255,
        "num_threads": threads,
        "seed": seed,
        "verbosity": -1,
    }

    def train(matrix, label):
        rows = lightgbm.Dataset(matrix, label, categorical_feature=categories, params=settings)
        return lightgbm.train(settings, rows, num_boost_round=params["trees"])

    return train, lambda model, matrix: model.predict(matrix, num_threads=threads)


def xgboost_trainer():
    import xgboost

    types = ["c" if is_category else "q" for is_category in kinds]
    # Its own way to say: trees of 31 leaves, leaf by leaf, on 256 bins.
    settings = {
        "objective": "reg:squarederror" if regression else "binary:logistic",
        "max_leaves": params["leaves"],
        "max_depth": 0,
        "grow_policy": "lossguide",
        "tree_method": "hist",
        "max_bin": 256,
        "eta": params["learning_rate"],
        "nthread": threads,
        "seed": seed,
    }

    def matrix_of(matrix, label=None):
        return xgboost.QuantileDMatrix(matrix, label, feature_types=types, enable_categorical=True, nthread=threads, max_bin=256)

    def predict(model, matrix):
        return model.predict(xgboost.DMatrix(matrix, feature_types=types, enable_categorical=True, nthread=threads))

    return lambda matrix, label: xgboost.train(settings, matrix_of(matrix, label), params["trees"]), predict


def sklearn_trainer():
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier

    def train(matrix, label):
        model = kind(
            max_iter=params["trees"],
            max_leaf_nodes=params["leaves"],
            learning_rate=params["learning_rate"],
            categorical_features=categories or None,
            early_stopping=False,
            random_state=seed,
        )
        return model.fit(matrix, label)

    return train, (lambda model, matrix: model.predict(matrix) if regression else model.predict_proba(matrix)[:, 1])


def most_resident():
    if sys.platform != "linux":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # ru_maxrss of a new process begins with its parent's on Linux.
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


train, predict = {"lightgbm": lightgbm_trainer, "xgboost": xgboost_trainer, "scikit-learn": sklearn_trainer}[peer]()
matrix, label = read("train")
# As pawl does: what a program loads, compiles or starts once is in no retrain of a worker that has trained before.
train(matrix[:WARM_ROWS], label[:WARM_ROWS])
started, used = time.perf_counter(), os.times()
model = train(matrix, label)
seconds, ended = time.perf_counter() - started, os.times()
trained = {
    "seconds": seconds,
    "cpu": ended.user + ended.system - used.user - used.system,
    "memory": most_resident(),
    "rows": len(label),
}
numpy.asarray(predict(model, read("test")[0]), dtype=numpy.float64).tofile(folder / f"scores.{peer}")
print(json.dumps(trained))
