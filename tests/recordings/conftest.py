from tests.harness.plugin import audited, core, people, pytest_pyfunc_call

__all__ = ["audited", "core", "people", "pytest_pyfunc_call"]
