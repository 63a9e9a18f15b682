"""docs/deploying.md to the letter. `make deployed` runs these; the other test commands count them as skipped."""

import os
from unittest import skipUnless

only_when_asked = skipUnless(
    os.environ.get("DEPLOYED"), "needs root and a network of its own; run it with make deployed"
)
