"""The same formats for an audit: each reads `model.audit.Audit`."""
