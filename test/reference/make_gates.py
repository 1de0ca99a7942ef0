"""Reference values of src/evaluation and src/stats/normal.ts: `python make_gates.py` writes gates.json.

Metrics and ROC curves from scikit-learn, McNemar and the intervals of two proportions from statsmodels, quantiles, binomials and
the bootstrap from SciPy; versions in requirements.txt. Tango's interval and the mid-p value are in none of them: the first is solved
here by SciPy's root finder from the score test as published, the second put together from SciPy's binomial.
"""

import json
import pathlib

import numpy as np
from scipy import optimize, stats
from sklearn import metrics
from sklearn.calibration import _sigmoid_calibration, calibration_curve
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import confint_proportions_2indep

random = np.random.default_rng(7)


class Mulberry32:
    """src/training/random.ts, so that both draw the same samples."""

    def __init__(self, seed):
        self.state = seed & 0xFFFFFFFF

    def next(self):
        self.state = (self.state + 0x6D2B79F5) & 0xFFFFFFFF
        t = ((self.state ^ (self.state >> 15)) * (self.state | 1)) & 0xFFFFFFFF
        t ^= (t + (((t ^ (t >> 7)) * (t | 61)) & 0xFFFFFFFF)) & 0xFFFFFFFF
        return ((t ^ (t >> 14)) & 0xFFFFFFFF) / 4294967296


def normal():
    shares = [1e-300, 1e-20, 1e-6, 0.01, 0.05, 0.3, 0.5, 0.6, 0.9, 0.975, 0.9999999]
    places = [-30.0, -8.0, -6.5, -3.0, -1.2, -0.1, 0.0, 0.4, 2.0, 5.0, 7.0]
    return {
        "quantile": [[share, float(stats.norm.ppf(share))] for share in shares],
        "distribution": [[z, float(stats.norm.cdf(z))] for z in places],
    }


def ece(label, score):
    """By scikit-learn's calibration curve, weighted by the rows of each bin."""
    share, mean = calibration_curve(label, score, n_bins=10, strategy="uniform")
    rows = np.bincount(np.minimum(9, np.floor(score * 10).astype(int)), minlength=10)
    return float(np.sum(np.abs(share - mean) * rows[rows > 0]) / len(label))


def tango(rows, gained, lost, confidence):
    """T. Tango, Statistics in Medicine 17 (1998), formulas 8 and 11."""
    z = stats.norm.ppf(confidence)

    def statistic(difference):
        a, c = 2 * rows, -lost * difference * (1 - difference)
        b = -gained - lost + (2 * rows - gained + lost) * difference
        lost_only = (np.sqrt(b * b - 4 * a * c) - b) / (2 * a)
        return (gained - lost - rows * difference) / np.sqrt(rows * (2 * lost_only + difference * (1 - difference)))

    found = (gained - lost) / rows
    return [
        optimize.brentq(lambda d: statistic(d) - z, -1 + 1e-9, found, xtol=1e-14),
        optimize.brentq(lambda d: statistic(d) + z, found, 1 - 1e-9, xtol=1e-14),
    ]


def paired():
    tables = [(336, 33, 11), (336, 12, 3), (1000, 60, 60), (50, 1, 8), (6512, 400, 300)]
    made = []
    for rows, gained, lost in tables:
        n = gained + lost
        exact = mcnemar([[0, gained], [lost, 0]], exact=True).pvalue
        point = stats.binom.pmf(gained, n, 0.5)
        # statsmodels' exact test is two-sided; half of it is the tail, of which the mid-p counts its first term half.
        one_sided = stats.binom.sf(gained - 1, n, 0.5)
        if gained > lost:
            assert abs(exact / 2 - one_sided) < 1e-12
        low, high = tango(rows, gained, lost, 0.95)
        made.append({"rows": rows, "gained": gained, "lost": lost, "p": float(one_sided - point / 2), "low": low, "high": high})
    return made


def proportions():
    made = []
    for first, second in [((30, 200), (60, 210)), ((5, 80), (70, 400)), ((178, 2139), (1150, 4373))]:
        alpha = 0.1  # Two-sided, so that each end has 95 %.
        gap = confint_proportions_2indep(*first, *second, method="newcomb", compare="diff", alpha=alpha)
        ratio = confint_proportions_2indep(*first, *second, method="log-adjusted", compare="ratio", alpha=alpha)
        made.append({"first": first, "second": second, "difference": [float(v) for v in gap], "ratio": [float(v) for v in ratio]})
    return made


def bootstrapped():
    """Two classifiers on the same rows: every metric, and the BCa interval of its gain on the samples that pawl draws."""
    rows, samples, confidence = 150, 2000, 0.95
    label = random.integers(0, 2, rows)
    # Scores are tied, and none is on the edge of a bin: scikit-learn counts an edge to the bin below, pawl to the one above.
    own = np.round(np.clip(0.5 + 0.22 * (2 * label - 1) + random.normal(0, 0.25, rows), 0.01, 0.98), 2) + 0.005
    other = np.round(np.clip(0.5 + 0.15 * (2 * label - 1) + random.normal(0, 0.28, rows), 0.01, 0.98), 2) + 0.005
    of = {
        "auc": lambda y, p: metrics.roc_auc_score(y, p),
        "f1": lambda y, p: metrics.f1_score(y, p >= 0.5),
        "precision": lambda y, p: metrics.precision_score(y, p >= 0.5),
        "recall": lambda y, p: metrics.recall_score(y, p >= 0.5),
        "log_loss": lambda y, p: metrics.log_loss(y, p),
        "brier": lambda y, p: metrics.brier_score_loss(y, p),
        "ece": ece,
    }
    classification = {"accuracy": float(metrics.accuracy_score(label, own >= 0.5))}
    gains = {}
    generator = Mulberry32(1)
    draws = [np.array([int(generator.next() * rows) for _ in range(rows)]) for _ in range(samples)]
    for name, metric in of.items():
        classification[name] = float(metric(label, own))
        higher = name in ("auc", "f1", "precision", "recall")

        def gain(index, metric=metric, higher=higher):
            index = np.asarray(index, dtype=int)
            mine, theirs = metric(label[index], own[index]), metric(label[index], other[index])
            return mine - theirs if higher else 1 - mine / theirs

        found = np.array([gain(index) for index in draws])
        earlier = stats.bootstrap((np.arange(rows),), gain, n_resamples=2, vectorized=False, method="percentile")
        earlier.bootstrap_distribution = found
        result = stats.bootstrap(
            (np.arange(rows),),
            gain,
            n_resamples=0,
            vectorized=False,
            method="BCa",
            confidence_level=2 * confidence - 1,
            bootstrap_result=earlier,
        )
        interval = result.confidence_interval
        gains[name] = [float(gain(np.arange(rows))), float(interval.low), float(interval.high)]
    return {"label": label.tolist(), "own": own.tolist(), "other": other.tolist(), "metrics": classification, "gains": gains}


def regression():
    label = np.round(random.gamma(2, 80, 200), 2)
    score = np.round(label + random.normal(0, 30, 200), 2)
    made = {"mae": metrics.mean_absolute_error, "r2": metrics.r2_score, "rmse": metrics.root_mean_squared_error}
    return {"label": label.tolist(), "score": score.tolist(), "metrics": {name: float(of(label, score)) for name, of in made.items()}}


def platt():
    """The minimum of Platt's loss by SciPy; scikit-learn's own L-BFGS stops some 1e-4 before it."""
    x = np.round(random.normal(0.3, 1.7, 300), 3)
    label = (random.uniform(size=300) < 1 / (1 + np.exp(-(0.6 * x - 0.5)))).astype(int)
    positives = int(label.sum())
    target = np.where(label == 1, (positives + 1) / (positives + 2), 1 / (300 - positives + 2))

    def gradient(theta):
        off = 1 / (1 + np.exp(-(theta[0] * x + theta[1]))) - target
        return [float(off @ x), float(off.sum())]

    slope, offset = optimize.root(gradient, [0.5, 0], tol=1e-14).x
    near = _sigmoid_calibration(x, label)
    assert abs(slope + near[0]) < 1e-3 and abs(offset + near[1]) < 1e-3
    return {"x": x.tolist(), "label": label.tolist(), "slope": float(slope), "offset": float(offset)}


def quantiles():
    values = np.round(random.gamma(3, 0.1, 1000), 4)
    interval = stats.quantile_test(values, p=0.99).confidence_interval(0.9)
    return {"values": values.tolist(), "low": float(interval.low), "high": float(interval.high)}


def opportunity():
    """The best equal true-positive rate by going through every rate on scikit-learn's ROC curves."""
    groups, curves = [], []
    for name, rows, lean in [("a", 160, 0.2), ("b", 90, -0.6), ("c", 240, 0.0)]:
        truth = random.normal(lean, 1, rows)
        label = (truth + random.normal(0, 0.7, rows) > 0.3).astype(int)
        score = 1 / (1 + np.exp(-truth + np.arange(rows) * 1e-9))
        groups.append({"value": name, "label": label.tolist(), "score": score.tolist()})
        curves.append((label, score, *metrics.roc_curve(label, score, drop_intermediate=False)))
    best = None
    for rate in sorted({float(r) for curve in curves for r in curve[3]}, reverse=True):
        right = 0
        for label, score, false, true, thresholds in curves:
            at = int(np.argmax(true >= rate - 1e-12))
            right += round(true[at] * label.sum() + (1 - false[at]) * (1 - label).sum())
        if best is None or right > best["right"]:
            best = {"rate": rate, "right": right}
    return {"groups": groups, **best}


def in_order():
    """By how much more the mean of values in time order varies than if they were independent, by statsmodels' Newey-West errors."""
    noise = random.normal(0, 1, 600)
    values = [float(noise[0])]
    for one in noise[1:]:
        values.append(0.6 * values[-1] + float(one))
    values = np.round(values, 4)
    lags = int(np.ceil(1.3 * np.sqrt(len(values)))) - 1
    fitted = OLS(values, np.ones(len(values))).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False})
    return {"values": values.tolist(), "inflation": float(fitted.bse[0] ** 2 * len(values) / np.var(values))}


made = {
    "normal": normal(),
    "paired": paired(),
    "proportions": proportions(),
    "bootstrap": bootstrapped(),
    "regression": regression(),
    "platt": platt(),
    "quantile": quantiles(),
    "opportunity": opportunity(),
    "in_order": in_order(),
}
pathlib.Path(__file__).with_name("gates.json").write_text(json.dumps(made) + "\n")
