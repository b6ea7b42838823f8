"""One folder a model; each exports one Engine. Knows nothing of HTTP, jobs or databases."""
