"""The delay predictor as its team serves it with MLflow: tables of flights in, scores and decisions out.

It asks the team's flags at each prediction. Written for itself, after the service file alone.
"""

import json
from pathlib import Path

import mlflow.models
import mlflow.pyfunc
import numpy as np
import pandas as pd
import team_flags
import yaml

TOGGLES = {
    "delay-distance": "distance",
    "delay-scheduled-time": "scheduled_time",
    "delay-departure": "departure_delay",
    "delay-origin": "origin_delay",
}
"""By flag, the feature that it switches."""


class DelayModel(mlflow.pyfunc.PythonModel):
    """A logistic regression over what a flight's fields say, with rules of thumb beside it."""

    def load_context(self, context):
        service = yaml.safe_load(Path(context.artifacts["service"]).read_text())
        nodes = {node["id"]: node for node in service["lineage"]["nodes"]}
        self.models = {one["id"]: one for one in nodes["delay-model"]["versions"]}
        self.pipelines = {one["id"]: one["features"] for one in nodes["flight-pipeline"]["versions"]}
        self.features = {one["name"]: one for made in self.pipelines.values() for one in made}
        self.rules = nodes["rules-of-thumb"]
        controls = {control["id"]: control for control in service["controls"]}
        self.margin = controls["safe-mode"]["with"]["margin"]
        self.path = Path(context.model_config["flags"])
        self.changed, self.flags = None, dict(team_flags.DEFAULTS)

    def predict(self, context, model_input, params=None):
        flags = self.flags_now()
        score, threshold = self.scores(model_input, flags)
        block = score > threshold
        decision = np.where(block, "block", "pass").astype(object)
        if flags["delay-safe-mode"] == "on":
            decision[np.abs(score - threshold) < self.margin] = "review"
        route = np.full(len(model_input), "model", dtype=object)
        if flags["model-share"] < 1:
            by_rule = share_of(model_input) >= flags["model-share"]
            decision[by_rule] = np.where(self.by_rules(model_input)[by_rule], "block", "pass")
            route[by_rule] = "rules"
        columns = zip(score.tolist(), decision.tolist(), route.tolist(), strict=True)
        version = flags["delay-model"]
        return [
            {"score": score, "decision": decision, "route": route, "version": version}
            for score, decision, route in columns
        ]

    def flags_now(self):
        """As they are in the file, which is read again when it has changed."""
        try:
            stat = self.path.stat()
            # Each change is a new file: two of them in one tick of the clock are told apart.
            changed = stat.st_mtime_ns, stat.st_ino
        except FileNotFoundError:
            changed = None
        try:
            if changed != self.changed:
                self.flags, self.changed = team_flags.read(self.path), changed
        except (OSError, json.JSONDecodeError):
            # Old flags are better than no answer.
            pass
        return self.flags

    def scores(self, table, flags):
        """The probability of each flight to be late, and from where on it is called late."""
        model = self.models[flags["delay-model"]]
        made = {feature["name"] for feature in self.pipelines[flags["flight-pipeline"]]}
        off = {feature for flag, feature in TOGGLES.items() if flags[flag] == "off"}
        logit = np.full(len(table), float(model["intercept"]))
        for term in model["weights"]:
            feature = self.features[term["feature"]]
            known = numbers(table, feature["field"])
            if feature["name"] not in made or feature["name"] in off:
                known = np.full(len(table), np.nan)
            if feature["transform"] == "log1p":
                known = np.log1p(np.maximum(known, 0.0))
            seen = np.where(np.isnan(known), feature["default"], known)
            logit += term["weight"] * (seen - term["center"]) / term["scale"]
        return 1 / (1 + np.exp(-np.clip(logit, -60, 60))), model["threshold"]

    def by_rules(self, table):
        """Whether the rules of thumb call each flight late."""
        points = np.zeros(len(table))
        for rule in self.rules["rules"]:
            points += rule["points"] * (numbers(table, rule["field"]) > rule["above"])
        return points >= self.rules["points_threshold"]


def numbers(table, field):
    """(flight,): what a field says; not a number where it is missing, or says something else than a number."""
    if field not in table.columns:
        return np.full(len(table), np.nan)
    column = table[field]
    if pd.api.types.is_bool_dtype(column):
        return np.full(len(table), np.nan)
    if not pd.api.types.is_numeric_dtype(column):
        column = column.map(lambda one: one if type(one) in (int, float) else np.nan)
    found = column.to_numpy(dtype=float, na_value=np.nan)
    return np.where(np.isfinite(found), found, np.nan)


def share_of(table):
    """(flight,): from 0 to 1, the same for the same flight, and as good as drawn by lot."""
    fields = [table[name] for name in ("scheduled_min", "departure_hour") if name in table.columns]
    if not fields:
        return np.zeros(len(table))
    hashes = pd.util.hash_pandas_object(pd.concat(fields, axis=1).astype(str), index=False)
    return hashes.to_numpy(dtype=np.uint64) / 2.0**64


mlflow.models.set_model(DelayModel())
