"""Calls to addresses that tenants choose: which may be called, how calls are signed, and the client."""
