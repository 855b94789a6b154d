"""`doctor` against real engines, real sockets on loopback, and names that a small DNS server of ours knows."""
