"""Webhooks: who wants to hear of which events (``book``), what is told (``outbox``), and the telling (``sender``)."""
