"""The understanding of words that models share: attributes of a prompt, and sentences as vectors."""
