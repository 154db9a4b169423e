"""What would be sent or run is said beforehand, and nothing is sent or run for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.model import Binding
from simulator.live.binding import RefusedBindingError, Secrets, labels_of, told
from tests.simulator.live.binding.bench import SECRETS, TOKEN, answering, by_command, by_http, control, ok
from tests.simulator.stages import catalogue


def line(binding: Binding, value: float = 0.5, **given: object) -> str:
    return told(binding, control(binding), value, environment="staging", **given)  # type: ignore[arg-type]


def test_a_request_is_told_and_not_sent() -> None:
    """With the name of the secret, not the secret."""
    with answering(ok()) as server:
        binding = by_http(f"{server.url}/x", body='{"share": {{ value }}}', secret="STAGING_TOKEN")
        found = line(binding, secrets=SECRETS)

    assert server.asked == []
    assert found == (
        f'traffic-split to 0.5 in staging: sends PUT {server.url}/x with {{"share": 0.5}}, '
        "Authorization: Bearer $STAGING_TOKEN (at most 30 s)"
    )
    assert TOKEN not in found


def test_a_command_is_told_and_not_run(tmp_path: Path) -> None:
    """As one would type it."""
    binding = by_command("/usr/bin/touch", str(tmp_path / "a file"), "{{ value }}")

    found = line(binding, allowed=("touch", "/usr/bin/touch"))

    assert not (tmp_path / "a file").exists()
    assert (
        found
        == f"traffic-split to 0.5 in staging: runs /usr/bin/touch '{tmp_path}/a file' 0.5 (at most 30 s)"
    )


def test_what_would_be_refused_is_said() -> None:
    """A label that is not there, a variable that is not set, a program that is not allowed, a setting that is none."""
    address = by_http("https://staging.example.com/{{ alert.region }}", secret="STAGING_TOKEN")

    assert "/‹region›, Authorization: Bearer $STAGING_TOKEN" in line(address)
    assert line(address).endswith(
        "REFUSED: the binding needs the label 'region' of the alert, and there is none"
    )
    assert "REFUSED: the variable STAGING_TOKEN is not set" in line(
        address, labels={"region": "eu"}, secrets=Secrets({})
    )
    assert "REFUSED" not in line(address, labels={"region": "eu"})
    assert "REFUSED: '/bin/sh' may not be run" in line(by_command("/bin/sh"))
    assert "REFUSED: there is no program 'no-such-program'" in line(by_command("no-such-program"))
    assert "REFUSED: traffic-split cannot be '0.7' there" in line(address, 0.7)
    assert "has neither http nor command" in line(Binding("staging"))


def test_the_binding_of_another_environment_is_never_carried_out() -> None:
    """A drill in staging does nothing to production."""
    binding = Binding("production", command=("/bin/true",))

    assert "REFUSED: the binding is for 'production', not for 'staging'" in line(
        binding, allowed=("/bin/true",)
    )


def test_a_line_moves_no_terminal() -> None:
    """It is one line of what can be seen."""
    found = line(by_command("/bin/true", "a\nb\x1b[2J\u202e"), allowed=("/bin/true",))

    assert found.isprintable()


def test_labels_are_those_that_the_service_declares() -> None:
    """In the form that it declares; others are left out."""
    service = catalogue().services[0]

    assert labels_of(service, {"region": "eu-west-1", "other": "x"}) == {"region": "eu-west-1"}
    for odd in ("EU", "eu-west-1\n", "--all", ""):
        with pytest.raises(RefusedBindingError, match="region"):
            labels_of(service, {"region": odd})
