"""Learns online by River's FTRL: `ftrl.py FOLDER ROWS PARAMS` prints what learning the first ROWS took, and writes `scores.river`.

River takes a dict a row. The dicts, an entry for each bin that the row is in, are made before the clock starts: only learning is timed.
"""

import json
import os
import pathlib
import sys
import time

import numpy
from river import linear_model, optim

folder, count, params = pathlib.Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
head = json.loads((folder / "rows.json").read_text())
bins = params["bins"]


def read(part, rows):
    all_rows = head["rows"][part]
    columns = numpy.fromfile(folder / f"{part}.columns", dtype=numpy.float32).reshape(len(head["features"]), all_rows)
    return columns[:, :rows], numpy.fromfile(folder / f"{part}.label", dtype=numpy.float64)[:rows]


columns, labels = read("train", count)
edges = [numpy.nanquantile(column, numpy.arange(1, bins) / bins) for column in columns]
names = [[f"{j}={b}" for b in range(bins + 1)] for j in range(len(columns))]


def dicts(columns):
    coded = [numpy.where(numpy.isnan(column), bins, numpy.searchsorted(edges[j], column)) for j, column in enumerate(columns)]
    return [{names[j][b]: 1 for j, b in enumerate(row)} for row in zip(*coded)]


rows, truth = dicts(columns), [bool(label) for label in labels]
optimizer = optim.FTRLProximal(alpha=params["alpha"], beta=params["beta"], l1=params["l1"], l2=params["l2"])
model = linear_model.LogisticRegression(optimizer)
started, used = time.perf_counter(), os.times()
for row, label in zip(rows, truth):
    model.learn_one(row, label)
seconds, ended = time.perf_counter() - started, os.times()
test, _ = read("test", head["rows"]["test"])
scores = [model.predict_proba_one(row)[True] for row in dicts(test)]
numpy.asarray(scores, dtype=numpy.float64).tofile(folder / "scores.river")
cpu = ended.user + ended.system - used.user - used.system
print(json.dumps({"seconds": seconds, "cpu": cpu, "memory": 0, "rows": len(rows)}))
