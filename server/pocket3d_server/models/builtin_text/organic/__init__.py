"""Living things of the text kit: anatomy, coats, bodies, clothes and plants that the families put together."""
