"""Jobs: their way through the server, their records on disk, and what came of them."""
