"""HTML pages; functions compute, templates show."""
