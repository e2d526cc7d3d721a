"""The budget of one claim, in a process of its own: it takes signals and may end the process."""

import signal
import subprocess
import sys

_PROGRAM = """
import collections, itertools, signal, sys, time
from worker.stream.budget import ClaimBudget, OverBudgetError, each_within, limit_process
limit_process(600)
budget = ClaimBudget(0.2, float(sys.argv[1]))
budget.install()
def spin():
    while True: pass
"""


def run(body: str, hang_s: float = 50) -> subprocess.CompletedProcess[str]:
    """Run some statements under a budget of 0.2 s."""
    command = [sys.executable, "-c", _PROGRAM + body, str(hang_s)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_an_edit_that_loops_is_interrupted_and_so_is_the_next() -> None:
    """The first has the budget, each later one a fraction of it; outside of a claim nothing is interrupted."""
    done = run("""
interrupted = 0
with budget:
    for _ in range(3):
        try:
            spin()
        except OverBudgetError:
            interrupted += 1
until = time.process_time() + 0.5
while time.process_time() < until: pass
print(interrupted)
""")

    assert (done.returncode, done.stdout, done.stderr) == (0, "3\n", "")


def test_each_of_several_claims_has_the_budget_and_not_what_is_done_between() -> None:
    """The second and the time between two would be over it together."""
    done = run("""
def claims():
    for _ in range(2):
        until = time.process_time() + 0.6 * budget._cpu_s
        while time.process_time() < until: pass
        yield "claim"
    spin()
try:
    for each in each_within(budget, claims()):
        until = time.process_time() + 2 * budget._cpu_s
        while time.process_time() < until: pass
        print(each)
except OverBudgetError:
    print("over")
""")

    assert (done.returncode, done.stdout, done.stderr) == (0, "claim\nclaim\nover\n", "")


def test_waiting_is_not_charged() -> None:
    """A process that was frozen or starved is not the claim's fault."""
    assert run("with budget: time.sleep(0.5)\nprint('done')").stdout == "done\n"


def test_code_that_does_not_come_back_ends_the_process_with_its_stack() -> None:
    """C code that holds the interpreter: the kernel ends the process, and the stack shows no value."""
    done = run(
        """
def edit(secret):
    collections.deque(itertools.repeat(0), maxlen=0)
with budget:
    edit("Zq7Canary")
""",
        hang_s=1,
    )

    assert done.returncode == -signal.SIGALRM
    assert "in edit" in done.stderr
    assert "Zq7Canary" not in done.stderr


def test_claims_that_take_too_long_together_are_ended_and_nothing_is_counted() -> None:
    """A quarter of the budget of one for all of them; the next claim alone has all of its own."""
    done = run("""
try:
    with budget.together(): spin()
except OverBudgetError:
    print("ended", budget.overruns)
ample = ClaimBudget(40, None)
with ample.together(): print(0 < signal.getitimer(signal.ITIMER_PROF)[0] < 20)
with ample: print(signal.getitimer(signal.ITIMER_PROF)[0] > 20)
try:
    with budget: spin()
except OverBudgetError:
    print("ended", budget.overruns)
""")

    assert (done.stdout, done.stderr) == ("ended 0\nTrue\nTrue\nended 1\n", "")


def test_what_an_edit_made_of_the_interruption_of_others_is_not_kept() -> None:
    """An edit that catches every exception would have answered for a claim that took no time."""
    done = run("""
try:
    with budget.together():
        try:
            spin()
        except Exception:
            print("caught")
except OverBudgetError:
    print("ended", budget.overruns)
""")

    assert done.stdout == "caught\nended 0\n"


def test_claims_that_wait_too_long_together_are_ended_long_before_the_process() -> None:
    """Each would have returned in time alone, so they are not the kernel's affair together; a single one is let be."""
    done = run(
        """
try:
    with budget.together():
        while True: time.sleep(0.05)
except OverBudgetError:
    print("ended")
with budget: time.sleep(3)  # longer than they had together
print("waited", budget.overruns)
""",
        hang_s=10,
    )

    assert (done.returncode, done.stdout) == (0, "ended\nwaited 0\n")


def test_claims_that_do_not_come_back_together_end_the_process_as_one_does() -> None:
    """The thread that watches cannot run while C code holds the interpreter; the kernel can."""
    body = "with budget.together(): collections.deque(itertools.repeat(0), maxlen=0)"

    assert run(body, hang_s=1).returncode == -signal.SIGALRM


def test_memory_beyond_the_limit_is_an_error_and_no_core_is_left() -> None:
    """An edit that eats memory fails like any other."""
    done = run("""
import resource
eaten = []
try:
    while True: eaten.append(bytearray(2**20 * 16))
except MemoryError:
    count = len(eaten)
    del eaten
    print(10 < count < 38, resource.getrlimit(resource.RLIMIT_CORE))
""")

    assert done.stdout == "True (0, 0)\n"
