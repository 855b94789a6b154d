"""The tests: each reads as a sentence, on real rows, letters and pages."""
