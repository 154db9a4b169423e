"""Nothing in; a wall clock that jumps by up to a day, there and back, at every look at it, out.

For processes that find this folder on their path and are told to by ``JUMPING_CLOCK``: Python imports it before
anything else. Whoever only looks into it keeps its clock.
"""

from __future__ import annotations

import os
import random
import time

_real, _rng = time.time, random.Random()
DAY_S = 86_400.0

if os.environ.get("JUMPING_CLOCK"):
    time.time = lambda: _real() + _rng.uniform(-DAY_S, DAY_S)
