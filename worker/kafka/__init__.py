"""Plain Kafka clients, for commands and the worker alike: connect, read, send, topics. No Faust here."""
