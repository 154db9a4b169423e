"""Bindings as people write them by mistake: what is said of each, and what is let pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.check import check
from generator.load import load
from generator.source import Finding
from tests.generator.corpus import copied

SERVICE = "runbooks/services/fraud-scorer.yaml"
FLAG = "https://staging.example.com/flags/fraud-amount"
BODY = """'{"state": "{{ value }}"}'"""


def found(root: Path, old: str, new: str) -> list[Finding]:
    service = copied(root) / SERVICE
    text = service.read_text()
    assert old in text, old
    service.write_text(text.replace(old, new, 1))
    return list(check(load(root)))


@pytest.mark.parametrize(
    ("query", "is_told"),
    [
        ("token=s3cr3t-abcdef", True),
        ("a=1&X-Api-Key=s3cr3t-abcdef", True),
        ("access%5Ftoken=abcdefgh", True),
        ("key=9f86d081884c7d65", True),
        ("key=fraud-amount-v2", False),
        ("key={{ value }}", False),
        ("max_token=512", False),
        ("use_token=false", False),
        ("monkey=9f86d081884c7d65", False),
    ],
)
def test_a_secret_in_an_address_is_told_by_its_key(query: str, is_told: bool, tmp_path: Path) -> None:
    """What a flag is called, a number and a switch are none; the secret itself is not repeated."""
    findings = found(tmp_path, FLAG, f"{FLAG}?{query}")

    assert len(findings) == is_told
    for finding in findings:
        assert "looks like a secret" in finding.message
        assert "'secret'" in finding.hint
        assert "s3cr3t" not in str(finding)


@pytest.mark.parametrize(
    ("body", "message", "hint"),
    [
        (
            """'{"state": {{ value }}'""",
            "the body is no JSON once {{ value }} is filled in",
            "with on, character 15",
        ),
        ("""'{"state": "{{ value }}"'""", "the body is no JSON once {{ value }} is filled in", "with on"),
        ('\'{"state": "{{ value }}", }\'', "the body is no JSON once {{ value }} is filled in", "with on"),
        ("'" + "[" * 9000 + "{{ value }}'", "the body is no JSON once {{ value }} is filled in", ""),
    ],
)
def test_a_body_that_is_no_json_is_told_with_its_place(
    body: str, message: str, hint: str, tmp_path: Path
) -> None:
    """As it would be sent, with a setting of the control; however deep it goes."""
    (finding,) = found(tmp_path, BODY, body)

    assert (finding.rule, finding.message) == ("calls", message)
    assert hint in finding.hint


@pytest.mark.parametrize(
    "body", ["'state={{ value }}'", """'[{"is": {{ value }}, "in": "{{ alert.region }}"}]'"""]
)
def test_a_body_that_is_json_with_every_setting_or_means_to_be_none_passes(body: str, tmp_path: Path) -> None:
    """A setting that is a word gets its quotes where it stands without any."""
    assert found(tmp_path, BODY, body) == []


def test_a_control_with_one_setting_sends_one_request(tmp_path: Path) -> None:
    """Nothing else could be sent, so no slot is asked for."""
    rest = "    with: {node: fraud-model}\n    bindings:\n      - {environment: simulated}\n"
    fixed, old = f"    values: [summer-2026]\n{rest}", f"    values: [spring-2026, summer-2026]\n{rest}"
    bound = '      - {environment: staging, command: [deploy, fraud-model, "{{ value }}"]}\n'

    findings = found(tmp_path, old + bound, fixed + bound.replace(', "{{ value }}"', ""))

    assert not any(finding.rule == "calls" for finding in findings)


def test_a_command_that_is_written_as_one_text_is_shown_as_a_list(tmp_path: Path) -> None:
    """With the brackets and quotes that YAML needs."""
    findings = found(tmp_path, '[deploy, fraud-model, "{{ value }}"]', '"deploy fraud-model {{ value }}"')

    (finding,) = [one for one in findings if one.rule == "schema"]
    assert finding.hint == 'for example [deploy, fraud-model, "{{ value }}"]'
