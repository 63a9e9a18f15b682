"""How thorough the suite is: the only place in the tests that reads the environment.

THOROUGH=1 (.ci/run sets it) gives random tests a long run. Each is the same every time, so that no change fails for
another one's fault.
"""

import os

IS_THOROUGH = os.environ.get("THOROUGH") == "1"
