"""The rule language: CEL (Common Expression Language), typed so that its readings cannot differ."""
