"""Grafana's dashboards as code: what they ask, in which words, and the files that Grafana loads."""
