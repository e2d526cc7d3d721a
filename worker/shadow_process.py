"""The process of a shadow: it reads frames from stdin, answers each on stdout, and ends with its stdin.

It runs as `python -m worker.shadow_process`, and nothing that it does can reach the worker but its answers. What an
edit prints goes to stderr: stdout belongs to the answers.
"""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import BinaryIO, Final

from worker.bootstrap import build_pipeline
from worker.errors import ClaimscrubError, ConfigurationError
from worker.history.key import read_key
from worker.pipeline.scrub import Pipeline, ScrubResult
from worker.stream.budget import ClaimBudget, limit_process
from worker.stream.pipes import framed, read_frame, serve_stdio
from worker.stream.shadow.frames import (
    ASKED_OF_SHADOW,
    ShadowClaim,
    ShadowLoaded,
    ShadowSlice,
    ShadowTask,
    ShadowVerdict,
    ShadowVerdicts,
)

_FAILED: Final = ShadowVerdict("")


def load(task: ShadowTask) -> tuple[Pipeline | None, ShadowLoaded]:
    """Return the pipeline, and what is loaded or what is wrong with the configuration."""
    try:
        pipeline = build_pipeline(
            Path(task.config),
            tables=Path(task.tables),
            user_edits=Path(task.user_edits) if task.user_edits else None,
            allow_writable_edits=task.allow_writable_edits,
            cache=Path(task.cache) if task.cache else None,
            max_bytes=task.max_message_bytes,
        )
        if task.history_key is not None:
            pipeline = pipeline.remembering(read_key(Path(task.history_key)))
    except ConfigurationError as error:
        return None, ShadowLoaded(problems=tuple(error.problems))
    except ClaimscrubError as error:
        return None, ShadowLoaded(problems=(str(error),))
    edits = tuple(edit.id for edit in pipeline.edits)
    return pipeline, ShadowLoaded(pipeline.ruleset, pipeline.snapshot.digest, edits)


def judge(pipeline: Pipeline, claims: Sequence[ShadowClaim], budget: ClaimBudget) -> list[ShadowVerdict]:
    """Return the verdict on each claim: together, and one by one where that takes too long or fails."""
    if len(claims) > 1:
        try:
            with budget.together():
                return _judged(pipeline, claims)
        except Exception:  # noqa: BLE001, S110 - whose fault it is shows below
            pass
    return [_alone(pipeline, each, budget) for each in claims]


def _alone(pipeline: Pipeline, claim: ShadowClaim, budget: ClaimBudget) -> ShadowVerdict:
    try:
        with budget:
            return _judged(pipeline, [claim])[0]
    except Exception:  # noqa: BLE001 - a claim on which the shadow fails is said to be one, and the others go on
        return _FAILED


def _judged(pipeline: Pipeline, claims: Sequence[ShadowClaim]) -> list[ShadowVerdict]:
    results, read = pipeline.read_many([(each.value, each.day) for each in claims])
    seen = [claims[each.place].history for each in read]
    known = [None if each is None else each.history() for each in seen]
    for each, result in zip(read, pipeline.judge_many(list(zip(read, known, strict=True))), strict=True):
        results[each.place] = result
    return [_verdict(each) for each in results]


def _verdict(result: ScrubResult) -> ShadowVerdict:
    if result.disposition is None:
        return _FAILED
    return ShadowVerdict(
        result.disposition.value,
        tuple([(each.edit, each.severity.value) for each in result.findings]),
        (*result.no_data, *result.errors),
        result.profile,
    )


def serve(stdin: BinaryIO, stdout: BinaryIO) -> None:
    """Load, and answer until there is nothing more to read."""
    first = read_frame(stdin)
    if first is None:
        return
    task = ASKED_OF_SHADOW.decode(first)
    if not isinstance(task, ShadowTask):
        raise TypeError("the first frame names what to load")
    limit_process(task.memory_limit_mib)
    pipeline, loaded = load(task)
    _answer(stdout, loaded)
    if pipeline is None:
        return
    budget = ClaimBudget(task.claim_cpu_s, task.claim_hang_s)
    budget.install()
    while (written := read_frame(stdin)) is not None:
        asked = ASKED_OF_SHADOW.decode(written)
        if not isinstance(asked, ShadowSlice):
            raise TypeError("a process loads once")
        began = perf_counter()
        verdicts = judge(pipeline, asked.claims, budget)
        _answer(stdout, ShadowVerdicts(tuple(verdicts), perf_counter() - began))


def _answer(stdout: BinaryIO, answer: ShadowLoaded | ShadowVerdicts) -> None:
    stdout.write(framed(answer))
    stdout.flush()


if __name__ == "__main__":
    serve_stdio(serve)
