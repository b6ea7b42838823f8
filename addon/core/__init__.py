"""What the extension knows and decides. Nothing in here imports bpy."""
