"""Write every file of deploy/ and docs/ that is made from another: `python deploy/generate.py`.

`--check` writes nothing and exits 1 when a file is not as it would be made.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from generators.dashboards import all_dashboards
from generators.metrics_page import metrics_page
from generators.rules import prometheus_rule
from generators.topics import kafka_topics

DEPLOY = Path(__file__).parent


def made() -> Iterator[tuple[Path, str]]:
    """Every made file with its content."""
    components = DEPLOY / "kubernetes" / "components"
    yield components / "monitoring" / "prometheus-rule.yaml", prometheus_rule(DEPLOY / "prometheus" / "rules.yml")
    yield components / "strimzi" / "topics.yaml", kafka_topics()
    yield DEPLOY.parent / "docs" / "metrics.md", metrics_page()
    for name, board in all_dashboards().items():
        yield DEPLOY / "grafana" / "dashboards" / name, json.dumps(board, indent=1) + "\n"


def main() -> int:
    """Write what differs, or with `--check` name it."""
    check = sys.argv[1:] == ["--check"]
    stale = [(path, text) for path, text in made() if not path.exists() or path.read_text("utf-8") != text]
    for path, text in stale:
        print(f"{'stale' if check else 'wrote'} {path.relative_to(DEPLOY.parent)}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
