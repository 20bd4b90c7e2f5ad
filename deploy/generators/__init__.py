"""What is made from something else: dashboards, the operator's rule object, the table of metrics."""
