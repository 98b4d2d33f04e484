"""The web server: gunicorn, and what stands between it and the Flask app."""
