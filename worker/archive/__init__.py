"""Archives of claims that outgrow one machine: the worker's verdicts over Arrow batches, and Spark that makes them."""
