"""The distribution of betterauth_auth as strangers get it; a part of this is run by `make package-install`."""
