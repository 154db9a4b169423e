"""What a live drill may do to whom and until when in, a token that says so out; and back, with everything checked.

A drill against somebody's service needs one, made on the same machine by whoever may decide that. The sandbox needs
none: it is ours, it serves nobody, and it ends with the drill.

A token is ``drillbook1.<payload>.<signature>``: JSON and its HMAC-SHA256 (RFC 2104), both in base64url.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import secrets
import time
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from generator.model import Deployment, Drill, PanelRows, Service
from generator.values import StructureError, brief, structure
from simulator.live.lease import Cap
from simulator.live.runs import private_folder, state_folder, sync_folder

FORM = "drillbook1"
KEY, KEY_BYTES, SPENT = "arming.key", 32, "armed"
LONGEST_MINUTES = 24 * 60
LONGEST_TOKEN = 20_000
EARLY_S = 60.0
"""A clock may have been set back by so much since the token was made."""
_NONCE = re.compile(r"[0-9a-f]{32}")


class ArmError(ValueError):
    """A drill is not armed; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Armed:
    """What a token allows: one run of one drill against one target."""

    target: str
    environment: str
    scope: str
    """Names what the sources said of that environment and that drill, as ``scope_of`` has it."""
    drill: str
    cap: Cap
    """``until`` is always set."""
    requests_per_s: float
    """Of the wall; no more are sent."""
    made: float
    """Seconds since the epoch."""
    nonce: str
    """Names the token among those that were used."""
    key: str
    """Names the key that signed it, and tells nothing of it."""


def scope_of(service: Service, deployment: Deployment, drill: Drill, panel: PanelRows) -> str:
    """A hash over all that a drill does there: its whole source, what is sent and read where, how controls are turned.

    A token that somebody made after having read that is for that, and not for what the files say later.
    """
    turned = [
        [control.id, control.default, list(control.values), brief(binding)]
        for control in service.controls
        for binding in control.bindings
        if binding.environment == deployment.environment
    ]
    healthy = [brief(service.profile), brief(service.lineage), brief(panel)]
    said = json.dumps([service.id, brief(deployment), brief(drill), healthy, turned], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def arm(
    target: str,
    drill: str,
    cap: Cap,
    *,
    environment: str,
    scope: str,
    requests_per_s: float,
    minutes: float,
    key: bytes,
    now: float | None = None,
) -> str:
    """A token for one run of a drill against a target within ``cap``, for so many minutes; ArmError."""
    if not 0 < minutes <= LONGEST_MINUTES:
        raise ArmError(f"a token lasts up to {LONGEST_MINUTES} minutes, not {minutes:g}")
    if not 0 <= cap.share <= 1:
        raise ArmError(f"a share of requests is between 0 and 1, not {cap.share:g}")
    made = time.time() if now is None else now
    until = min(made + minutes * 60, cap.until if cap.until is not None else float("inf"))
    armed = Armed(
        target=plain_target(target),
        environment=environment,
        scope=scope,
        drill=drill,
        cap=replace(cap, until=until),
        requests_per_s=requests_per_s,
        made=made,
        nonce=secrets.token_hex(16),
        key=name_of(key),
    )
    payload = json.dumps(brief(armed), separators=(",", ":")).encode()
    return f"{FORM}.{_coded(payload)}.{_coded(_signature(payload, key))}"


def read(
    token: str,
    *,
    target: str,
    environment: str,
    scope: str,
    drill: str,
    key: bytes,
    now: float | None = None,
) -> Armed:
    """What a token allows, if it is for this target and drill, ours, and in force; ArmError. It may be used before.

    Nothing in it is believed before its signature is.
    """
    payload, signature = _parts(token)
    if not hmac.compare_digest(signature, _signature(payload, key)):
        raise ArmError(_whose(payload, key))
    try:
        armed = structure(json.loads(payload), Armed)
    except (StructureError, ValueError, RecursionError):
        raise ArmError(
            "the token was signed here, but by another version of Drillbook: make a new one"
        ) from None
    _fits(armed, target, drill, time.time() if now is None else now)
    if not _same(armed.environment, environment):
        raise ArmError(f"the token is for another environment: '{armed.environment}', not '{environment}'")
    if not _same(armed.scope, scope):
        raise ArmError(
            "the drill's file, or the service's, says something else than when the token was made: "
            "read what 'drill arm' says now, and make a new one"
        )
    return armed


def spend(armed: Armed, *, folder: Path | None = None, now: float | None = None) -> None:
    """Use a token, which arms one run; ArmError when it was used before, is over, or that could not be put down."""
    if armed.cap.until is None or (time.time() if now is None else now) >= armed.cap.until:
        raise ArmError("the token has expired: make a new one")
    if not _NONCE.fullmatch(armed.nonce):
        raise ArmError("the token has no number by which it could be told from others: make a new one")
    spent = private_folder((folder or state_folder()) / SPENT)
    _forget(spent, time.time() if now is None else now)
    try:
        handle = os.open(spent / armed.nonce, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="ascii") as file:
            file.write(f"{armed.cap.until}\n")
            file.flush()
            os.fsync(file.fileno())
        sync_folder(spent)
    except FileExistsError:
        raise ArmError("the token has armed a run already: each run needs one of its own") from None
    except OSError as error:
        raise ArmError(
            f"{spent} cannot be written, so that the token could be used again: {error.strerror}"
        ) from None


def key(folder: Path | None = None) -> bytes:
    """This machine's key, made on first use, for this user alone; ArmError when it cannot be trusted."""
    home = folder or state_folder()
    path = home / KEY
    try:
        if not path.exists():
            _make_key(path)
        if path.is_symlink() or path.stat().st_mode & 0o077 or path.stat().st_uid != os.geteuid():
            raise ArmError(f"{path} may be read by others: delete it, and arm the drill anew")
        found = path.read_bytes()
    except OSError as error:
        raise ArmError(f"{path} cannot be read or made: {error.strerror}") from None
    if len(found) != KEY_BYTES:
        raise ArmError(f"{path} is torn: delete it, and arm the drill anew")
    return found


def name_of(key: bytes) -> str:
    """What a key is called in tokens."""
    return hmac.new(key, b"name of this key", hashlib.sha256).hexdigest()[:16]


def plain_target(url: str) -> str:
    """A target as it is compared: scheme, host, port and path; ArmError when it is none.

    >>> plain_target("HTTP://Models.Example.com/scorer/"), plain_target("https://models.example.com:443")
    ('http://models.example.com:80/scorer', 'https://models.example.com:443')
    """
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        raise ArmError(f"'{url[:200]}' is no address of a target") from None
    if not url.isascii() or any(sign <= " " for sign in url):
        raise ArmError(f"'{url[:200]!a}' is no address of a target: it holds spaces or foreign letters")
    if port is None or not parts.hostname or parts.scheme not in ("http", "https"):
        raise ArmError(f"'{url[:200]}' is no address of a target: it begins with http:// or https://")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ArmError("the address of a target holds neither a password nor a query")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{port}{parts.path.rstrip('/')}"


def _fits(armed: Armed, target: str, drill: str, now: float) -> None:
    if not _same(armed.target, plain_target(target)):
        raise ArmError(f"the token is for another target: {armed.target}, not {plain_target(target)}")
    if not _same(armed.drill, drill):
        raise ArmError(f"the token is for another drill: '{armed.drill}', not '{drill}'")
    if armed.cap.until is None or now >= armed.cap.until:
        raise ArmError("the token has expired: make a new one")
    if now < armed.made - EARLY_S:
        raise ArmError("the token was made later than this machine's clock says it is: set the clock")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _parts(token: str) -> tuple[bytes, bytes]:
    if not token.strip():
        raise ArmError("the token is empty: did 'drill arm' fail? See what it says")
    form, _, rest = token.strip().partition(".")
    payload, _, signature = rest.partition(".")
    if form != FORM or len(token) > LONGEST_TOKEN:
        raise ArmError(f"this is no token that arms a drill: it begins with '{FORM}.'")
    try:
        return _decoded(payload), _decoded(signature)
    except (binascii.Error, ValueError):
        raise ArmError("the token is torn: it was not copied whole") from None


def _whose(payload: bytes, key: bytes) -> str:
    """Why a signature does not hold, as far as what it was to sign can be read."""
    try:
        found = json.loads(payload)
        signed_by = found.get("key") if isinstance(found, dict) else None
    except (ValueError, RecursionError):
        signed_by = None
    if isinstance(signed_by, str) and signed_by != name_of(key):
        return "the token was signed by another machine's key: make one where the drill runs"
    return "the token is torn, or was changed after it was signed: make a new one"


def _signature(payload: bytes, key: bytes) -> bytes:
    return hmac.new(key, FORM.encode() + b"." + payload, hashlib.sha256).digest()


def _coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")


def _decoded(text: str) -> bytes:
    """The bytes; ValueError unless the text is the one way to write them."""
    content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _coded(content) != text:
        raise ValueError("not as we write it")
    return content


def _make_key(path: Path) -> None:
    """Put a new key down whole; whoever is second takes the first one's."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            return
        sync_folder(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def _forget(spent: Path, now: float) -> None:
    """Throw away the numbers of tokens that have long expired: nobody could use them again."""
    for path in spent.iterdir():
        try:
            if float(path.read_text("ascii")) + LONGEST_MINUTES * 60 < now:
                path.unlink()
        except (OSError, ValueError):
            continue
