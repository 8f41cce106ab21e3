"""The four checks: pure functions (Response, CheckContext) -> CheckResult."""
