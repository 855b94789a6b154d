"""What every page and address of both services has in common: the site itself, who may come in, errors, forms, health."""
