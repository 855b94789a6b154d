"""The inquiry service owns questions and their threads, replies, mail in, and the staff's accounts. It never sells a seat."""
