"""Reference values of src/stats/{error-process,betting,confidence-sequence,quantile-sequence}.ts: `python make_ramps.py` writes ramps.json.

Likelihoods from SciPy's distributions, bounds from its root finder; versions in requirements.txt. No library has the asymptotic and the
empirical-Bernstein sequence: those are their papers' formulas, written down a second time over whole arrays.
"""

import json
import pathlib

import numpy as np
from scipy import optimize, special, stats

random = np.random.default_rng(5)
RATIOS = np.array([1.25, 1.5, 2, 3, 5])
BETS = np.array([0.01, 0.025, 0.06, 0.12, 0.25, 0.5, 0.9])


def log_mean_exp(logs):
    return float(special.logsumexp(logs) - np.log(len(logs)))


def error_process():
    """Who errors belong to is binomial; the e-value is the mean of likelihood ratios of the sums."""
    made = []
    for ratio in (1, 1.5):
        segments = [(float(share), int(random.integers(0, 60)), int(random.integers(0, 12))) for share in (0.05, 0.25, 0.5, 0.1)]
        logs = np.zeros(len(RATIOS))
        for share, champion, challenger in segments:
            theta = lambda r: share * r / (share * r + 1 - share)
            errors = champion + challenger
            logs += stats.binom.logpmf(challenger, errors, theta(ratio * RATIOS)) - stats.binom.logpmf(
                challenger, errors, theta(ratio)
            )
        made.append({"ratio": ratio, "segments": segments, "evidence": logs.tolist(), "log_e": log_mean_exp(logs)})
    return made


def betting():
    """Evidence and bounds of losses."""

    def above(losses, margin):
        gains = np.log1p(BETS[:, None] * (losses[None, :] - margin) / (1 + margin))
        return log_mean_exp(gains.sum(axis=1))

    def lowest(losses, alpha):
        excess = lambda m: above(losses, m) - np.log(1 / alpha)
        return optimize.brentq(excess, -1 + 1e-9, 1 - 1e-9, xtol=1e-14, rtol=1e-14)

    made = []
    for losses in (
        random.choice([-1, 0, 1], p=[0.04, 0.9, 0.06], size=2000).astype(float),
        np.round(random.beta(2, 2, 300) * 2 - 1, 2),
    ):
        values, counts = np.unique(losses, return_counts=True)
        made.append(
            {
                "losses": values.tolist(),
                "counts": counts.tolist(),
                "margins": [[m, above(losses, m)] for m in (-0.5, -0.02, 0.0, 0.01, 0.3)],
                "alpha": 0.05,
                "low": lowest(losses, 0.025),
                "high": -lowest(-losses, 0.025),
            }
        )
    return made


def asymptotic():
    made = []
    for count, mean, deviation, alpha, tightest in ((150, 0.01, 0.3, 0.05, 1000), (20_000, -2.5, 40.0, 0.0125, 500)):
        rho = np.sqrt((-2 * np.log(alpha) + np.log(-2 * np.log(alpha) + 1)) / tightest)
        half = deviation * np.sqrt(
            2 * (count * rho**2 + 1) / (count**2 * rho**2) * np.log(np.sqrt(count * rho**2 + 1) / alpha)
        )
        made.append([count, mean, deviation, alpha, tightest, mean - half, mean + half])
    return made


def empirical_bernstein():
    values = np.round(random.beta(3, 5, 400), 3)
    alpha = 0.05
    t = np.arange(1, len(values) + 1)
    means = (0.5 + np.cumsum(values)) / (t + 1)
    variances = (0.25 + np.cumsum((values - means) ** 2)) / (t + 1)
    before = np.append(0.5, means[:-1])
    bets = np.minimum(0.5, np.sqrt(2 * np.log(2 / alpha) / (np.append(0.25, variances[:-1]) * t * np.log(1 + t))))
    spent = 4 * (values - before) ** 2 * (-np.log(1 - bets) - bets) / 4
    centre = np.cumsum(bets * values) / np.cumsum(bets)
    half = (np.log(2 / alpha) + np.cumsum(spent)) / np.cumsum(bets)
    at = [1, 10, 100, 400]
    bounds = [[n, float(max(0, centre[n - 1] - half[n - 1])), float(min(1, centre[n - 1] + half[n - 1]))] for n in at]
    return {"values": values.tolist(), "alpha": alpha, "bounds": bounds}


def quantiles():
    """The mixture's likelihood is that of the beta-binomial distribution."""
    made = []
    for hits, count, share in ((0, 10, 0.99), (930, 1000, 0.9), (99_200, 100_000, 0.99), (40, 61, 0.5), (7, 200, 0.05)):
        size = 10 / min(share, 1 - share)
        log_e = stats.betabinom.logpmf(hits, count, share * size, (1 - share) * size) - stats.binom.logpmf(hits, count, share)
        made.append([hits, count, share, float(log_e)])
    return made


made = {
    "error_process": error_process(),
    "betting": betting(),
    "asymptotic": asymptotic(),
    "empirical_bernstein": empirical_bernstein(),
    "quantiles": quantiles(),
}
pathlib.Path(__file__).with_name("ramps.json").write_text(json.dumps(made) + "\n")
