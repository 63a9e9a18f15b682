"""Real outages under real load. `make faults` runs these; the other test commands count them as skipped."""

import os
from unittest import skipUnless

# The environment is the only way to tell a test runner something that it passes on to no test.
only_when_asked = skipUnless(os.environ.get("FAULTS"), "takes minutes; run it with make faults")
