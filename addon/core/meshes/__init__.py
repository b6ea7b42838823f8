"""What is sent and what comes back, as arrays: files, surfaces, skeletons."""
