"""What the repository does to itself: environments, the demo, packaging, benchmarks. Not shipped."""
