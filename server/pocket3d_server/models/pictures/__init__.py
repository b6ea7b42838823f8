"""What pictures need before any model works with them: reading, cutting out, fields over their pixels."""
