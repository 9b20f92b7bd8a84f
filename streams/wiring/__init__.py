"""Where ports meet adapters: what each command runs, put together from settings."""
