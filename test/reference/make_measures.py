"""Reference values of src/stats/{kolmogorov-smirnov,wasserstein,divergences,chi-square}.ts: `python make_measures.py` writes measures.json.

From SciPy and Evidently; versions in requirements.txt.
"""

import json
import pathlib
import warnings

import numpy as np
import pandas as pd
from evidently.legacy.calculations import stattests
from evidently.legacy.calculations.stattests.utils import get_binned_data
from evidently.legacy.core import ColumnType
from scipy import special, stats
from scipy.spatial import distance

warnings.simplefilter("ignore")
random = np.random.default_rng(11)


def numbers(name, reference, sample):
    """Two samples: exact statistics, and Evidently's by its own rules."""
    ks = stats.ks_2samp(reference, sample, method="asymp")
    scaled = ks.statistic * np.sqrt(len(reference) * len(sample) / (len(reference) + len(sample)))
    a, b = pd.Series(reference), pd.Series(sample)
    evidently = {}
    for test in ["ks", "wasserstein", "psi", "kl_div", "jensenshannon"]:
        found = stattests.get_stattest(a, b, ColumnType.Numerical, test)(a, b, ColumnType.Numerical, 0.1)
        evidently[test] = float(found.drift_score)
    shares = get_binned_data(a, b, ColumnType.Numerical, 30)
    return {
        "name": name,
        "reference": [float(x) for x in reference],
        "sample": [float(x) for x in sample],
        "ks": float(ks.statistic),
        "ks_limit": float(stats.kstwobign.sf(scaled)),
        "ks_finite": float(ks.pvalue),
        "wasserstein": float(stats.wasserstein_distance(reference, sample)),
        "evidently": evidently,
        # Shares of Evidently's bins, its zeros filled: what its divergences are of.
        "evidently_shares": [[float(x) for x in share] for share in shares],
    }


def counts(name, reference, sample):
    """Counts over the same bins."""
    a, b = np.array(reference, dtype=float), np.array(sample, dtype=float)
    used = (a + b) > 0
    a, b = a[used], b[used]
    test = stats.chi2_contingency(np.array([a, b]), correction=False)
    # Half a row is added to each bin.
    p, q = (a + 0.5) / (a.sum() + 0.5 * len(a)), (b + 0.5) / (b.sum() + 0.5 * len(b))
    rows = [pd.Series(np.repeat([f"k{i}" for i in range(len(x))], x.astype(int))) for x in (a, b)]
    evidently = {}
    for name_of in ["chisquare", "jensenshannon", "psi", "kl_div"]:
        found = stattests.get_stattest(*rows, ColumnType.Categorical, name_of)(*rows, ColumnType.Categorical, 0.1)
        evidently[name_of] = float(found.drift_score)
    return {
        "name": name,
        "reference": list(reference),
        "sample": list(sample),
        "chi_square": float(test.statistic),
        "degrees": int(test.dof),
        "p": float(test.pvalue),
        "kullback_leibler": float(stats.entropy(p, q)),
        "psi": float(stats.entropy(p, q) + stats.entropy(q, p)),
        "jensen_shannon": float(distance.jensenshannon(a / a.sum(), b / b.sum())),
        "evidently": evidently,
    }


def tails():
    x = np.concatenate([np.linspace(0.02, 3, 60), [0.9999, 1.0, 1.0001, 5, 9]])
    kolmogorov = [[float(value), float(special.kolmogorov(value))] for value in x]
    gamma = [
        [a, float(value), float(special.gammaincc(a, value))]
        for a in [0.5, 1, 1.5, 2.5, 5, 10, 25, 60.5, 200]
        for value in a * np.array([0.01, 0.2, 0.7, 0.99, 1.0, 1.3, 2, 4, 9])
    ]
    return {"kolmogorov": kolmogorov, "upper_gamma": gamma}


normal = np.round(random.normal(10, 3, 600), 3)
made = {
    "numbers": [
        numbers("the same distribution", normal, np.round(random.normal(10, 3, 400), 3)),
        numbers("a mean that moved", normal, np.round(random.normal(11, 3, 500), 3)),
        numbers("a spread that grew", normal, np.round(random.normal(10, 5, 300), 3)),
        numbers("skewed", np.round(np.exp(random.normal(0, 1, 500)), 3), np.round(np.exp(random.normal(0.2, 1.1, 450)), 3)),
        numbers("whole numbers with many ties", random.poisson(8, 400).astype(float), random.poisson(9, 700).astype(float)),
        numbers("apart", np.round(random.uniform(0, 1, 60), 3), np.round(random.uniform(2, 3, 45), 3)),
    ],
    "counts": [
        counts("alike", [120, 80, 40, 10], [118, 85, 37, 10]),
        counts("moved", [120, 80, 40, 10, 50], [60, 90, 70, 30, 20]),
        counts("two bins", [900, 100], [850, 150]),
        counts("a category gone, another new, one that nobody has", [500, 300, 20, 0, 0], [400, 250, 0, 0, 30]),
        counts("many bins", random.integers(5, 400, 45).tolist(), random.integers(5, 300, 45).tolist()),
    ],
    **tails(),
}
pathlib.Path(__file__).with_name("measures.json").write_text(json.dumps(made) + "\n")
