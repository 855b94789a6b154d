"""Pages and addresses of the inquiry service. No route publishes work: the only road to a worker is a row."""
