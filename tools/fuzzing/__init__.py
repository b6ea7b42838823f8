"""Hostile files for every parser of the server: ``bench_fuzz`` runs many, ``tests/geometry`` and ``tests/api`` some.

``real`` makes the good files that are then damaged, ``mutate`` damages bytes, ``strategies`` builds files that are
wrong in their structure (hypothesis), ``tricks`` are the known attacks by name, ``check`` says how a file may end.
"""
