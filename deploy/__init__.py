"""What an operations team needs beside the worker itself."""
