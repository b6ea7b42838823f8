"""The HTTP API: one module for each chapter of its reference, thin routes over ``jobs`` and ``accounts``."""
