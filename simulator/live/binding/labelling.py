"""Labels that somebody says an alert has in, those that a service declares out."""

from __future__ import annotations

from collections.abc import Mapping

from generator import patterns
from generator.model import Service
from simulator.live.binding.labelled import label
from simulator.live.binding.refusing import RefusedBindingError


def labels_of(service: Service, given: Mapping[str, str]) -> Mapping[str, str]:
    """The labels, each of the form that the service declares; RefusedBindingError, which says which is not.

    As on a page, to which an alert's address carries them; labels that the service does not declare are left out.
    """
    found = {}
    for declared in service.alert_labels:
        if declared.name not in given:
            continue
        value = label(declared.name, given)
        if not patterns.fits(declared.pattern, value):
            raise RefusedBindingError(
                f"the label '{declared.name}' of the alert is not of the form that {service.id} declares, "
                f"as in '{declared.example}'"
            )
        found[declared.name] = value
    return found
