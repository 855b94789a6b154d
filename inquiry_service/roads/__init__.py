"""How a mail's bytes come in: from a mail server's folders, or by the listener. Each road ends in `domain/intake`."""
