"""Charts as SVG coordinates, drawn on the server."""
