# SPDX-License-Identifier: GPL-2.0-only
"""The report: one HTML file of any recordings, which needs neither network nor scripts."""
