"""`make openapi-lint`: Redocly and Spectral find nothing wrong with openapi.yaml, not even a warning."""

import node

node.insist()
node.install(node.OPENAPI)
node.run(node.OPENAPI, "run", "lint", "--silent")
