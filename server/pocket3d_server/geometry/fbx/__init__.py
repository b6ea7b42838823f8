"""Binary FBX 7, read and written."""
