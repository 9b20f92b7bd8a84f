"""What travels: the envelope, the events, the entries of the log, flags, topics and their codec."""
