"""Prompts of several things: what stands in them, where each thing goes, and the one asset of all."""
