"""Hostile requests to the running service. `make limits` runs these; the other test commands count them as skipped.

A test measures, `figures.record` keeps what it measured beside the bar, and all of them are printed at the end.
"""

import os
from unittest import skipUnless

only_when_asked = skipUnless(os.environ.get("LIMITS"), "takes minutes; run it with make limits")
