"""People log in, and may do what their role allows."""
