"""Nothing in; `panel.csv` and the coefficients of the model out. Run again: the same bytes.

The rows are made up: no real person stands behind one. Replace them by a sample of your own traffic,
without anything that names a person, and keep the weights: they are the share of traffic of each row.

    python runbooks/services/<service>/make_panel.py
"""

from __future__ import annotations

import csv
import math
import random
from pathlib import Path

FIELDS = ("form_seconds", "signups_1h", "mail_age_days")
ABUSE_SHARE = 0.1
ROWS_HONEST, ROWS_ABUSE = 350, 150

Row = tuple[float, int, int]


def signup(rng: random.Random, *, is_abuse: bool) -> Row:
    """One sign-up: seconds at the form, sign-ups of the same network in an hour, age of the mail address."""
    seconds = math.exp(rng.gauss(2.4 if is_abuse else 3.6, 0.6))
    network = 1 + sum(rng.random() < (0.3 if is_abuse else 0.04) for _ in range(12))
    days = math.exp(rng.gauss(3.2 if is_abuse else 6.8, 1.0))
    return round(seconds, 1), network, max(round(days), 1)


def features(row: Row) -> list[float]:
    """What the pipeline makes of a row."""
    return [math.log1p(value) for value in row]


def moments(table: list[list[float]], weights: list[float]) -> list[tuple[float, float]]:
    """Mean and standard deviation of each feature over the traffic."""
    found = []
    for column in zip(*table, strict=True):
        mean = sum(w * value for w, value in zip(weights, column, strict=True))
        square = sum(w * (value - mean) ** 2 for w, value in zip(weights, column, strict=True))
        found.append((mean, math.sqrt(square)))
    return found


def fit(table: list[list[float]], labels: list[int], weights: list[float]) -> list[float]:
    """A logistic model by plain gradient descent: the intercept, then one coefficient a feature."""
    beta = [0.0] * (len(table[0]) + 1)
    for _ in range(1500):
        slope = [0.0] * len(beta)
        for row, label, weight in zip(table, labels, weights, strict=True):
            logit = beta[0] + sum(b * value for b, value in zip(beta[1:], row, strict=True))
            error = weight * (label - 1 / (1 + math.exp(-logit)))
            slope = [s + error * value for s, value in zip(slope, [1.0, *row], strict=True)]
        beta = [b + 2.0 * s - 0.002 * b for b, s in zip(beta, slope, strict=True)]
    return beta


def main() -> None:
    rng = random.Random(20260901)
    labels = [0] * ROWS_HONEST + [1] * ROWS_ABUSE
    rows = [signup(rng, is_abuse=bool(label)) for label in labels]
    weights = [ABUSE_SHARE / ROWS_ABUSE if label else (1 - ABUSE_SHARE) / ROWS_HONEST for label in labels]
    with Path(__file__).with_name("panel.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*FIELDS, "abuse", "weight"])
        for row, label, weight in zip(rows, labels, weights, strict=True):
            writer.writerow([*row, label, f"{weight:.6f}"])
    table = [features(row) for row in rows]
    spread = moments(table, weights)
    standard = [[(value - m) / s for value, (m, s) in zip(row, spread, strict=True)] for row in table]
    intercept, *slopes = fit(standard, labels, weights)
    print(f"intercept {intercept:.3f}")
    for name, slope, (mean, deviation) in zip(FIELDS, slopes, spread, strict=True):
        print(f"  {name}: weight {slope:.3f}, center {mean:.3f}, scale {deviation:.3f}")


if __name__ == "__main__":
    main()
