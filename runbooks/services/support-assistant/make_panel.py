"""Nothing in; `panel.csv`, the coefficients of both prompts and the defaults out. Run again: the same bytes.

The questions are synthetic: no real customer or conversation stands behind a row. They are made in two classes.
A question that needs a person (three in ten) is found less often in the knowledge index, is longer, is more often
about the customer's own account, in a language that the articles lack, or with an attachment; who asks it is more
upset and more often has a case open. Given the class, fields are drawn independently: beta for scores between
0 and 1, lognormal for length, Poisson for counts.

A prompt is described by how its assistant behaves: its doubt, as a logistic function of what stands in the request.
The coefficients are fitted to the questions it was tuned on.

    python runbooks/services/support-assistant/make_panel.py
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

FIELDS = (
    "retrieval_score",
    "same_language",
    "question_words",
    "account_specific",
    "frustration",
    "attachments",
    "open_cases",
)
FEATURES = (
    "retrieval",
    "same_language",
    "length",
    "account_specific",
    "frustration",
    "attachments",
    "open_cases",
)
DECIMALS = (3, 0, 0, 0, 3, 0, 0)
LOGARITHMIC = FEATURES.index("length")
ROWS_SIMPLE, ROWS_HARD = 1400, 600
PROMPTS = {"prompt-11": (60.0, 0.5), "prompt-12": (6.0, 1.0)}
"""How strongly its coefficients are held back, and the share of the questions that it was tuned on."""


def questions(count: int, *, hard: bool, rng: np.random.Generator) -> np.ndarray:
    """Questions of one class, shape (count, field)."""
    shift = 1.0 if hard else 0.0
    retrieval = rng.beta(6.5 - 3.7 * shift, 2.4 + 1.4 * shift, count)
    same_language = rng.random(count) < 0.96 - 0.16 * shift
    words = 3 + np.exp(rng.normal(2.8 + 0.55 * shift, 0.7, count))
    account = rng.random(count) < 0.12 + 0.40 * shift
    frustration = rng.beta(1.6 + 0.8 * shift, 6.0 - 2.0 * shift, count)
    attachments = rng.poisson(0.06 + 0.24 * shift, count)
    cases = rng.poisson(0.2 + 0.5 * shift, count)
    return np.column_stack([retrieval, same_language, words, account, frustration, attachments, cases])


def features(rows: np.ndarray) -> np.ndarray:
    """What the pipeline makes of questions, shape (count, feature)."""
    table = rows.copy()
    table[:, LOGARITHMIC] = np.log1p(table[:, LOGARITHMIC])
    return table


def fit(table: np.ndarray, label: np.ndarray, *, ridge: float) -> tuple[float, np.ndarray]:
    """A logistic model by Newton's method: intercept and one coefficient a standardised feature."""
    design = np.column_stack([np.ones(len(table)), table])
    beta = np.zeros(design.shape[1])
    penalty = ridge * np.diag([0.0, *np.ones(table.shape[1])])
    for _ in range(50):
        probability = 1 / (1 + np.exp(-design @ beta))
        gradient = design.T @ (label - probability) - penalty @ beta
        curvature = design.T @ (design * (probability * (1 - probability))[:, None]) + penalty
        beta += np.linalg.solve(curvature, gradient)
    return float(beta[0]), beta[1:]


def write_panel(path: Path, rows: np.ndarray, label: np.ndarray) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*FIELDS, "needs_person", "weight"])
        for row, needs_person in zip(rows, label, strict=True):
            cells = [f"{value:.{places}f}" for value, places in zip(row, DECIMALS, strict=True)]
            writer.writerow([*cells, needs_person, f"{1 / len(rows):.6f}"])


def main() -> None:
    rng = np.random.default_rng(20260915)
    made = [questions(ROWS_SIMPLE, hard=False, rng=rng), questions(ROWS_HARD, hard=True, rng=rng)]
    rows = np.column_stack(
        [np.round(f, places) for f, places in zip(np.vstack(made).T, DECIMALS, strict=True)]
    )
    label = np.repeat([0, 1], [ROWS_SIMPLE, ROWS_HARD])
    write_panel(Path(__file__).with_name("panel.csv"), rows, label)
    table = features(rows)
    center, scale = table.mean(0), table.std(0)
    standard = (table - center) / scale
    for prompt, (ridge, share) in PROMPTS.items():
        seen = rng.random(len(rows)) < share
        intercept, weights = fit(standard[seen], label[seen], ridge=ridge)
        right = np.mean((intercept + standard @ weights > 0) == label)
        print(f"{prompt}: intercept {intercept:.3f}, right about the panel {right:.3f}")
        for name, weight, middle, spread in zip(FEATURES, weights, center, scale, strict=True):
            print(f"  - {{feature: {name}, weight: {weight:.3f}, center: {middle:.3f}, scale: {spread:.3f}}}")


main()
