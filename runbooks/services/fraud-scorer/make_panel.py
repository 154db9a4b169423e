"""Nothing in; `panel.csv` and the coefficients of both models out. Run again: the same bytes.

The payments are synthetic: no real card, customer or merchant stands behind a row.
Fraud is rare, so the panel holds more of it than traffic does and the weights set that right.

    python runbooks/services/fraud-scorer/make_panel.py
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

FIELDS = ("amount", "attempts_1h", "foreign_card", "account_age_days", "device_trust", "merchant_risk")
FRAUD_SHARE = 0.03
ROWS_GENUINE, ROWS_FRAUD = 1400, 600


def payments(count: int, *, fraud: bool, rng: np.random.Generator) -> np.ndarray:
    """Payments of one class, shape (count, field), in the units of the source."""
    shift = 1.0 if fraud else 0.0
    amount = np.exp(rng.normal(3.35 + 1.55 * shift, 0.95, count))
    attempts = 1 + rng.poisson(0.35 + 2.2 * shift, count)
    foreign = rng.random(count) < 0.07 + 0.33 * shift
    age = np.exp(rng.normal(6.1 - 1.9 * shift, 1.15, count))
    trust = rng.beta(6.0 - 1.6 * shift, 2.0 + 0.6 * shift, count)
    risk = rng.beta(1.6 + 1.6 * shift, 6.5 - 2.0 * shift, count)
    return np.column_stack([amount, attempts, foreign, age, trust, risk])


def features(rows: np.ndarray) -> np.ndarray:
    """What the pipeline makes of payments, shape (count, feature)."""
    table = rows.copy()
    table[:, [0, 1, 3]] = np.log1p(table[:, [0, 1, 3]])
    return table


def fit(
    table: np.ndarray, label: np.ndarray, weight: np.ndarray, *, ridge: float
) -> tuple[float, np.ndarray]:
    """A logistic model by Newton's method: intercept and one coefficient a standardised feature."""
    design = np.column_stack([np.ones(len(table)), table])
    beta = np.zeros(design.shape[1])
    penalty = ridge * np.diag([0.0, *np.ones(table.shape[1])])
    for _ in range(50):
        probability = 1 / (1 + np.exp(-design @ beta))
        gradient = design.T @ (weight * (label - probability)) - penalty @ beta
        curvature = design.T @ (design * (weight * probability * (1 - probability))[:, None]) + penalty
        beta += np.linalg.solve(curvature, gradient)
    return float(beta[0]), beta[1:]


def write_panel(path: Path, rows: np.ndarray, label: np.ndarray, weight: np.ndarray) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*FIELDS, "fraud", "weight"])
        for row, is_fraud, share in zip(rows, label, weight, strict=True):
            cells = [f"{row[0]:.2f}", int(row[1]), int(row[2]), int(row[3]), f"{row[4]:.3f}", f"{row[5]:.3f}"]
            writer.writerow([*cells, is_fraud, f"{share:.9f}"])


def main() -> None:
    rng = np.random.default_rng(20260901)
    rows = np.vstack(
        [payments(ROWS_GENUINE, fraud=False, rng=rng), payments(ROWS_FRAUD, fraud=True, rng=rng)]
    )
    label = np.repeat([0, 1], [ROWS_GENUINE, ROWS_FRAUD])
    weight = np.where(label == 1, FRAUD_SHARE / ROWS_FRAUD, (1 - FRAUD_SHARE) / ROWS_GENUINE)
    write_panel(Path(__file__).with_name("panel.csv"), rows, label, weight)
    table = features(rows)
    center = weight @ table
    scale = np.sqrt(weight @ (table - center) ** 2)
    standard = (table - center) / scale
    for version, ridge, share in (("spring-2026", 7.0, 0.6), ("summer-2026", 4.0, 1.0)):
        seen = rng.random(len(rows)) < share
        intercept, weights = fit(standard[seen], label[seen], weight[seen] * len(rows), ridge=ridge)
        print(f"model {version}: intercept {intercept:.3f}")
        for name, value, middle, spread in zip(FIELDS, weights, center, scale, strict=True):
            print(f"  {name}: weight {value:.3f}, center {middle:.3f}, scale {spread:.3f}")


main()
