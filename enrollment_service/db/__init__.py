"""What PostgreSQL keeps and the named statements that read and write it. No flask, no celery, no letters' text."""
