"""Writes ftrl.json: the weights of River's FTRL-proximal after one pass over rows that are drawn here.

River is given the gradients: the log odds of all rows are added to the score, as pawl does, and the intercept is one more weight. River
makes weights of its sums at the next step only, after the score, and leaves a weight as it was whose sum falls below l1 again. The
algorithm makes them before the score, and makes that weight 0: so each row begins with a step without gradients, and with these zeros.
"""

import json
import math
import pathlib

import numpy
from river import optim
from river.utils import VectorDict

random = numpy.random.default_rng(11)
rows = 400
# Few distinct values, so that each has a bin of its own; some are missing.
number = [None if random.uniform() < 0.1 else float(random.integers(0, 4)) for _ in range(rows)]
category = [str(random.choice(["coast", "hills", "plains"])) for _ in range(rows)]
label = [
    float(random.uniform() < 1 / (1 + math.exp(-(0.8 * (x or 0) - 1 + (1 if where == "coast" else -0.5)))))
    for x, where in zip(number, category)
]
weights = numpy.round(random.uniform(0.2, 3, rows), 2).tolist()


def learned(alpha, beta, l1, l2, weighted):
    optimizer = optim.FTRLProximal(alpha=alpha, beta=beta, l1=l1, l2=l2)
    weight = weights if weighted else [1.0] * rows
    mean = sum(y * w for y, w in zip(label, weight)) / sum(weight)
    base = math.log(mean / (1 - mean))
    model = VectorDict(default_factory=float)

    def refresh(names):
        optimizer.step(model, {name: 0.0 for name in names})
        for name in names:
            if abs(optimizer.z[name]) <= l1:
                model[name] = 0.0

    for x, where, y, w in zip(number, category, label, weight):
        active = [f"number={'missing' if x is None else int(x)}", f"category={where}", "intercept"]
        refresh(active)
        score = base + sum(model[name] for name in active)
        gradient = w * (1 / (1 + math.exp(-score)) - y)
        optimizer.step(model, {name: gradient for name in active})
    refresh(sorted(model))
    params = {"alpha": alpha, "beta": beta, "l1": l1, "l2": l2}
    return {"params": params, "weighted": weighted, "weights": {name: model[name] for name in sorted(model)}}


settings = [(0.1, 1, 0, 1), (0.5, 0.1, 2, 0), (0.05, 2, 0.5, 3)]
fits = [learned(*setting, weighted) for setting in settings for weighted in (False, True)]
reference = {"number": number, "category": category, "label": label, "weights": weights, "fits": fits}
(pathlib.Path(__file__).parent / "ftrl.json").write_text(json.dumps(reference) + "\n")
