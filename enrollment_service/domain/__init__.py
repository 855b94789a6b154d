"""What enrolling means. Functions take a session and never commit; nothing here knows HTTP, Celery or a letter's words."""
