"""The people of an account: their roles, removing them, inviting others, and accepting an invitation."""
