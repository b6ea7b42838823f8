"""Parts that the vehicles of the kit share: lofted bodies, glasshouses, wheels."""
