"""The image as it is built: `make image` runs what needs one, the other test commands count it as skipped."""
