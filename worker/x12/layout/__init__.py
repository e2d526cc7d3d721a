"""The 837 guides as data: loops, segments and elements, and their members of the claim message."""
