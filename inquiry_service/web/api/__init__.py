"""JSON addresses under /api/inquiry/v1."""
