"""What all pages share: the request's transaction, access, headers, CSRF, error pages."""
