"""What a third, unrelated service would want on day one: time, rows of work, letters, doors. No noun of the business lives here."""
