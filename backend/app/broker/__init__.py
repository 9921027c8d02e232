"""RabbitMQ as the bus: where the outbox's bundles are published, and how they reach the consumers. PostgreSQL stays the truth."""
