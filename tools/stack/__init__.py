"""A real Kafka and a real PostgreSQL for tests, benchmarks and the demonstration: `with start_stack() as stack: …`."""

from tools.stack.errors import StackError
from tools.stack.service import Service
from tools.stack.stack import Endpoints, Stack, start_stack

__all__ = ["Endpoints", "Service", "Stack", "StackError", "start_stack"]
