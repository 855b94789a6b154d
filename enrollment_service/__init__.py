"""Course registration: programs, sections, seats, the waitlist and its offers. It never answers a question and never keeps a password."""
