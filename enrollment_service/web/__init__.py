"""The doors: JSON addresses, pages, and who comes in. Page functions compute; templates hold no rules."""
