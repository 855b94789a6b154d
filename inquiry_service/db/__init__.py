"""The inquiry database: models by concept, and named statements for whatever is hot, locks or pages."""
