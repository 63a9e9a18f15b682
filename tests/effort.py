"""How thorough the suite is: the only place in the tests that reads the environment.

THOROUGH=1 (.ci/run sets it) gives random tests a long, random run. Otherwise they are short and always the same.
"""

import os

IS_THOROUGH = os.environ.get("THOROUGH") == "1"
