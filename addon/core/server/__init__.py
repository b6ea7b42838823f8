"""The server: the one that comes with the extension, others by address, and what is said about them."""
