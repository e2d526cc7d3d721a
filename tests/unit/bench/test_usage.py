"""Figures that are read off a run: values between two looks, and the slope of steps."""

import os
import subprocess
import sys

import pytest

from tests.bench.usage import Watch, for_each, interpolated


@pytest.mark.parametrize(
    ("moment", "expected"), [(0.0, 10.0), (1.0, 10.0), (1.5, 15.0), (2.0, 20.0), (3.0, 25.0), (4.0, 30.0), (9.0, 30.0)]
)
def test_a_value_between_two_looks_lies_on_the_line_between_them(moment: float, expected: float) -> None:
    """Before the first look and after the last one it stays."""
    assert interpolated([1.0, 2.0, 4.0], [10.0, 20.0, 30.0], moment) == expected


def test_evenly_spaced_values_rise_by_their_distance() -> None:
    """The loop stamps one outcome after the other."""
    assert for_each([5.0, 5.25, 5.5, 5.75]) == pytest.approx(0.25)


def test_batches_that_have_one_moment_each_rise_as_the_same_claims_evenly_spaced() -> None:
    """A first batch for which no time has gone by does not make the worker faster than it is."""
    evenly = [number * 0.01 for number in range(4_000)]
    in_batches = [(number // 100) * 1.0 for number in range(4_000)]

    assert for_each(in_batches) == pytest.approx(for_each(evenly), rel=0.01)


def test_a_watched_process_has_used_no_less_later_than_before() -> None:
    """The processor time of a moment is that of a process, and only ever grows."""
    with Watch({"own": os.getpid()}) as watch:
        sum(range(3_000_000))

    first, last = watch.cpu_s("own", (0.0, float("inf")))
    assert 0 < first <= last


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell the peak of a process")
def test_the_peak_is_at_least_what_a_process_holds() -> None:
    """What was in memory once counts, also when it is given back."""
    # In a process of its own: the kernel counts for each thread by itself and adds up now and then, so that the figure
    # of one that has done much may fall a little.
    program = (
        "import os; from tests.bench.usage import peak_mebibytes;"
        "held = bytearray(os.urandom(1 << 20)) * 64; print(peak_mebibytes(os.getpid()));"
        "del held; print(peak_mebibytes(os.getpid()))"
    )
    peak, later = map(float, subprocess.check_output([sys.executable, "-c", program]).split())

    assert peak > 64
    assert later >= peak
