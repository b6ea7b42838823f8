"""The web server around the application: sockets, threads, heads and bodies of requests, the server's end."""
