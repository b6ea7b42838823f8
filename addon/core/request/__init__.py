"""What is asked for: parameters, pictures, prompts, models and their own settings."""
