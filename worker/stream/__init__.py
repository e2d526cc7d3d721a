"""What speaks Kafka: the app, the topics, the delivery policies."""
