"""How much memory networks take, counted on shapes: benchmarks print it, tests hold what models say they need to it."""
