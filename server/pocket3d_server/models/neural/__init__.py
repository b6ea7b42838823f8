"""What models that run in PyTorch share: ``base`` imports no torch, all else does."""
