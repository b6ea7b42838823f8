"""Changes of the database schema, oldest first in ``versions``; applied at every start of the server."""
