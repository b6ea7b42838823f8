"""Who may use the server, how much and how fast."""
