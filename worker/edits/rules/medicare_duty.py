"""What Medicare requires on a claim, and other payers only where their profile says so."""

from worker.edits.edit import Context, Options


class MedicareDuty(Options):
    """Whether a payer other than Medicare requires it too; None when that is not known."""

    required: bool | None = None


def is_required(context: Context, duty: type[MedicareDuty]) -> bool | None:
    """Whether the payer of the claim requires it; `duty` is the class of options that the edit declares as its own."""
    return context.profile.medicare or context.options(duty).required
