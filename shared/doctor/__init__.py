"""`doctor`: looks at an installation as it is, one line a check, and says what to do. It changes nothing and sends nothing."""
