"""Prints what in the pictures of REPORT is not as its tables say; at the end how many marks are."""
import sys

import geometry
import page

wrong, compared = geometry.check_all(page.figures(page.load(sys.argv[1])))
print("\n".join([*wrong, f"{compared} marks"]))
