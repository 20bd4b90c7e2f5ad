"""The manifests: built by kubectl, valid by the schemas of their kinds, and in agreement with the settings."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest
import yaml

from tests.kit.tools import program

OVERLAYS = ("dev", "production")
VERSIONS = ("1.31", "1.34")
"""The oldest and the newest Kubernetes the manifests are checked against."""
SCHEMAS = Path(__file__).parent / "schemas"
CORE = {"v1", "apps/v1", "batch/v1", "networking.k8s.io/v1", "policy/v1"}
PROCESS_BYTES = 300_000_000
"""What a consumer process may hold beside the page in hand."""


class Manifests(list):
    """What an overlay becomes; documents by kind and name."""

    def one(self, kind, name="newsmill"):
        """The document of that name; a ConfigMap's has a hash behind it."""
        hashed = re.compile(rf"{name}(-[a-z0-9]{{10}})?")
        (found,) = [doc for doc in self if doc["kind"] == kind and hashed.fullmatch(doc["metadata"]["name"])]
        return found

    def all(self, kind):
        return [doc for doc in self if doc["kind"] == kind]

    @property
    def pod(self):
        return self.one("StatefulSet")["spec"]["template"]["spec"]

    @property
    def container(self):
        (container,) = self.pod["containers"]
        return container

    @property
    def settings(self):
        return self.one("ConfigMap", "newsmill-settings")["data"]


def build(folder, kubectl):
    out = subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True, check=True)
    assert out.stderr == ""
    return Manifests(yaml.safe_load_all(out.stdout))


@pytest.fixture(scope="module", params=OVERLAYS)
def manifests(request, deploy):
    return build(deploy / "kubernetes" / "overlays" / request.param, program("kubectl"))


@pytest.fixture(scope="module")
def production(deploy):
    return build(deploy / "kubernetes" / "overlays" / "production", program("kubectl"))


@pytest.fixture(scope="module")
def extended(deploy, tmp_path_factory):
    """What a part of the manifests and a component become, as an overlay of one's own would have them."""

    def build_with(part, component):
        folder = tmp_path_factory.mktemp("overlay").resolve()
        home = os.path.relpath(deploy.resolve() / "kubernetes", folder)
        mine = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            "resources": [f"{home}/{part}"],
            "components": [f"{home}/components/{component}"],
        }
        (folder / "kustomization.yaml").write_text(yaml.safe_dump(mine))
        return build(folder, program("kubectl"))

    return build_with


def test_traces_go_to_an_address_that_the_settings_take_and_the_network_lets_through(extended):
    from worker.settings import Otel  # noqa: PLC0415 - only here

    traced = extended("base", "tracing")
    for doc in traced:
        kubernetes_validate.validate(doc, VERSIONS[0], strict=True)
    endpoint = Otel(endpoint=traced.settings["NEWSMILL_OTEL__ENDPOINT"]).endpoint
    (rule,) = traced.one("NetworkPolicy", "newsmill-tracing")["spec"]["egress"]
    assert endpoint.endswith(f":{rule['ports'][0]['port']}")
    assert rule["to"][0]["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] in endpoint
    assert traced.settings["NEWSMILL_KAFKA__BOOTSTRAP_SERVERS"]


def test_nobody_keeps_site_profiles_unasked(manifests):
    assert manifests.one("StatefulSet", "newsmill-profiler")["spec"]["replicas"] == 0
    assert not [name for name in manifests.settings if name.startswith("NEWSMILL_PROFILES__")]


@pytest.mark.parametrize("part", ["base", "overlays/production"])
def test_a_component_has_site_profiles_kept_with_the_rights_that_takes(extended, part, tmp_path):
    profiled = extended(part, "site-profiles")
    for doc in profiled:
        if doc["apiVersion"] in CORE:
            kubernetes_validate.validate(doc, VERSIONS[0], strict=True)
    assert profiled.one("StatefulSet", "newsmill-profiler")["spec"]["replicas"] == 1
    assert profiled.one("StatefulSet", "newsmill-rollup")["spec"]["replicas"] == 1
    (tmp_path / "password").write_text("secret")
    values = {n: str(tmp_path / "password") if n.endswith("PASSWORD_FILE") else v for n, v in profiled.settings.items()}
    assert accepted("s.profiles.collect, s.profiles.use", values) == ["True", "False"]
    users = {doc["metadata"]["name"]: rights_of(doc) for doc in profiled.all("KafkaUser")}
    assert [name for name, rights in users.items() if ("topic", "news.site-profiles") in rights] == (
        ["newsmill", "newsmill-profiler"] if part != "base" else []
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_every_core_kind_is_valid(manifests, version):
    for doc in manifests:
        if doc["apiVersion"] in CORE:
            kubernetes_validate.validate(doc, version, strict=True)


def test_every_other_kind_is_valid(manifests):
    others = [doc for doc in manifests if doc["apiVersion"] not in CORE]
    for doc in others:
        schema = json.loads((SCHEMAS / f"{doc['kind']}.json").read_text())
        jsonschema.Draft202012Validator(schema).validate(doc)


def test_production_holds_all_that_it_promises(production):
    kinds = {doc["kind"] for doc in production}
    assert kinds >= {
        "StatefulSet",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "ScaledObject",
        "PodMonitor",
        "PrometheusRule",
        "KafkaTopic",
        "KafkaUser",
    }


def test_the_schemas_refuse_a_misspelt_field(production):
    wrong = json.loads(json.dumps(production.one("ScaledObject")))
    wrong["spec"]["maxReplicas"] = wrong["spec"].pop("maxReplicaCount")
    schema = json.loads((SCHEMAS / "ScaledObject.json").read_text())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(wrong)


def test_every_pod_is_restricted(manifests):
    """By the rules of the pod security standard `restricted`, and with a read-only root."""
    specs = [doc["spec"] for doc in manifests if doc["kind"] in ("StatefulSet", "Job", "Deployment")]
    specs += [doc["spec"]["jobTemplate"]["spec"] for doc in manifests.all("CronJob")]
    assert specs
    for spec in specs:
        pod = spec["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 0
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]
            assert container["resources"]["requests"]["cpu"]
            if container["image"].rpartition("/")[2].startswith("newsmill"):
                assert context["readOnlyRootFilesystem"] is True


def test_services_put_no_settings_into_the_environment(manifests):
    """A service called newsmill-x would become NEWSMILL_X_PORT, which the settings refuse."""
    assert manifests.pod["enableServiceLinks"] is False


def test_the_settings_are_accepted_by_the_worker(manifests, tmp_path):
    """Every variable exists and has a valid value."""
    values = dict(manifests.settings) | {"NEWSMILL_INSTANCE": "newsmill-0"}
    for name in values:
        if name.endswith("PASSWORD_FILE"):
            (tmp_path / "password").write_text("secret")
            values[name] = str(tmp_path / "password")
    found = accepted("s.instance, s.worker.processes, s.http.port", values)
    assert found == ["newsmill-0", values["NEWSMILL_WORKER__PROCESSES"], values["NEWSMILL_HTTP__PORT"]]


def accepted(names, values):
    """What the settings `s` make of these variables."""
    path = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    code = f"from worker.settings import load; s = load(); print({names})"
    out = subprocess.run([sys.executable, "-c", code], env=values | path, capture_output=True, text=True, check=False)
    assert out.stderr == ""
    return out.stdout.split()


@pytest.mark.parametrize("name", ["rollup", "profiler"])
def test_the_other_consumers_are_kept_as_the_worker_is(manifests, name):
    """The same but for what they run, what they may take, and where they may stand."""
    pod = json.loads(json.dumps(manifests.one("StatefulSet", f"newsmill-{name}")["spec"]["template"]["spec"]))
    (container,) = pod.pop("containers")
    assert (container.pop("name"), container.pop("args")) == (name, [name])
    signs_in = {"name": "NEWSMILL_KAFKA__SASL_USERNAME", "value": f"newsmill-{name}"}
    users = {doc["metadata"]["name"] for doc in manifests.all("KafkaUser")}
    assert not users or signs_in["value"] in users
    secrets = [volume["secret"] for volume in pod["volumes"] if volume["name"] == "kafka-user"]
    assert [secret["secretName"] for secret in secrets] == [signs_in["value"]] * bool(users)
    assert (signs_in in container["env"]) == bool(users)
    container["env"] = [entry for entry in container["env"] if entry != signs_in]
    assert container.pop("resources")["requests"]
    for secret in secrets:
        secret["secretName"] = "newsmill"
    assert container == {key: value for key, value in manifests.container.items() if key in container}
    assert manifests.container.keys() - container.keys() == {"name", "args", "resources"}
    assert pod == {key: value for key, value in manifests.pod.items() if key in pod}
    assert manifests.pod.keys() - pod.keys() == {"containers", "topologySpreadConstraints"}


def test_every_consumer_is_watched_under_the_name_that_the_alert_knows(production):
    rules = production.one("PrometheusRule")["spec"]["groups"][0]["rules"]
    (down,) = [rule["expr"] for rule in rules if rule["alert"] == "NewsmillDown"]
    watched = set()
    for monitor in production.all("PodMonitor"):
        (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
        (job,) = [entry["replacement"] for entry in endpoint.get("relabelings", [])] or ["newsmill"]
        labels = monitor["spec"]["selector"]["matchLabels"].items()
        (consumer,) = [
            doc["metadata"]["name"]
            for doc in production.all("StatefulSet")
            if labels <= doc["spec"]["template"]["metadata"]["labels"].items()
        ]
        assert job == consumer
        watched.add(job)
    assert watched == {doc["metadata"]["name"] for doc in production.all("StatefulSet")}
    assert watched == set(re.search(r'job=~"(.*?)"', down)[1].split("|"))


def test_secrets_are_mounted_where_the_settings_look_for_them(production):
    mounts = tuple(mount["mountPath"] + "/" for mount in production.container["volumeMounts"])
    files = [value for name, value in production.settings.items() if name.endswith(("_FILE", "FILE"))]
    assert len(files) == 2
    assert all(value.startswith(mounts) for value in files)


def test_the_instance_is_the_name_of_the_pod(manifests):
    (entry,) = [entry for entry in manifests.container["env"] if entry["name"] == "NEWSMILL_INSTANCE"]
    assert entry["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.name"


def test_a_graceful_stop_fits_into_the_grace_period(manifests):
    assert (
        manifests.pod["terminationGracePeriodSeconds"]
        >= float(manifests.settings["NEWSMILL_WORKER__STOP_SECONDS"]) + 10
    )


def test_the_port_is_the_same_everywhere(manifests):
    (port,) = manifests.container["ports"]
    assert str(port["containerPort"]) == manifests.settings["NEWSMILL_HTTP__PORT"]
    assert manifests.one("Service")["spec"]["ports"][0]["targetPort"] == port["name"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert manifests.container[probe]["httpGet"]["port"] == port["name"]


def test_readiness_and_liveness_ask_different_things(manifests):
    assert manifests.container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert manifests.container["livenessProbe"]["httpGet"]["path"] == "/healthz"


def test_one_bad_page_in_every_process_fits_into_the_memory_of_the_pod(manifests):
    limit = kubernetes_bytes(manifests.container["resources"]["limits"]["memory"])
    page = int(manifests.settings["NEWSMILL_LIMITS__PAGE_MEMORY_BYTES"])
    assert int(manifests.settings["NEWSMILL_WORKER__PROCESSES"]) * (page + PROCESS_BYTES) <= limit


def kubernetes_bytes(quantity):
    units = {"Gi": 2**30, "Mi": 2**20}
    return int(quantity[:-2]) * units[quantity[-2:]]


def test_selectors_match_the_pods(manifests):
    labels = manifests.one("StatefulSet")["spec"]["template"]["metadata"]["labels"].items()
    selectors = [
        manifests.one("StatefulSet")["spec"]["selector"]["matchLabels"],
        manifests.one("Service")["spec"]["selector"],
        manifests.one("NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
        *(doc["spec"]["selector"]["matchLabels"] for doc in manifests.all("PodDisruptionBudget")),
        *(manifests.one("PodMonitor")["spec"]["selector"]["matchLabels"] for _ in manifests.all("PodMonitor")[:1]),
    ]
    assert all(selector.items() <= labels for selector in selectors)


def test_the_brokers_may_be_reached_through_the_network_policy(manifests):
    port = int(manifests.settings["NEWSMILL_KAFKA__BOOTSTRAP_SERVERS"].rpartition(":")[2])
    egress = manifests.one("NetworkPolicy")["spec"]["egress"]
    assert port in {entry["port"] for rule in egress for entry in rule["ports"]}


def test_scaling_never_makes_more_processes_than_partitions(production):
    spec = production.one("ScaledObject")["spec"]
    (pages,) = [doc for doc in production.all("KafkaTopic") if doc["metadata"]["name"] == "news.pages"]
    processes = int(production.settings["NEWSMILL_WORKER__PROCESSES"])
    assert spec["minReplicaCount"] >= 2
    assert spec["maxReplicaCount"] * processes <= pages["spec"]["partitions"]
    assert "replicas" not in production.one("StatefulSet")["spec"]


def test_scaling_watches_the_group_and_the_topic_of_the_worker(production):
    from worker.settings import Kafka, Topics  # noqa: PLC0415 - only here

    metadata = production.one("ScaledObject")["spec"]["triggers"][0]["metadata"]
    assert metadata["consumerGroup"] == Kafka().group_id
    assert metadata["topic"] == Topics().pages
    assert metadata["bootstrapServers"] == production.settings["NEWSMILL_KAFKA__BOOTSTRAP_SERVERS"]


def test_every_topic_of_the_settings_is_made(production):
    from worker.settings import Topics  # noqa: PLC0415 - only here

    assert {doc["metadata"]["name"] for doc in production.all("KafkaTopic")} == set(Topics().model_dump().values())


def test_users_have_no_right_that_they_do_not_need(production):
    from worker.settings import Topics  # noqa: PLC0415 - only here

    topics = Topics()
    rights = {doc["metadata"]["name"]: rights_of(doc) for doc in production.all("KafkaUser")}
    assert rights["newsmill"] == {
        ("topic", topics.pages): {"Read", "Describe"},
        ("topic", topics.articles): {"Write", "Describe"},
        ("topic", topics.metrics): {"Write", "Describe"},
        ("topic", topics.dead_letters): {"Write", "Describe"},
        ("group", "newsmill"): {"Read"},
        ("transactionalId", "newsmill-newsmill-"): {"Write", "Describe"},
    }
    assert rights["newsmill-rollup"] == {
        ("topic", topics.metrics): {"Read", "Describe"},
        ("topic", topics.source_metrics): {"Write", "Describe"},
        ("group", "newsmill-rollup"): {"Read"},
        ("transactionalId", "newsmill-rollup-"): {"Write", "Describe"},
    }
    assert rights["newsmill-profiler"] == {
        ("topic", topics.metrics): {"Read", "Describe"},
        ("topic", topics.site_profiles): {"Read", "Write", "Describe"},
        ("group", "newsmill-profiles"): {"Read"},
        ("transactionalId", "newsmill-profiles-"): {"Write", "Describe"},
    }
    assert rights["newsmill-audit"] == {
        ("topic", topics.pages): {"Read", "Describe"},
        ("topic", topics.articles): {"Read", "Describe", "DescribeConfigs"},
        ("topic", topics.metrics): {"Read", "Describe"},
        ("topic", topics.dead_letters): {"Read", "Describe"},
        ("group", "newsmill"): {"Describe"},
    }
    assert rights["newsmill-replay"] == {
        ("topic", topics.dead_letters): {"Read", "Describe"},
        ("topic", topics.pages): {"Write", "Describe"},
        ("group", "newsmill-replay"): {"Read"},
        ("transactionalId", "newsmill-replay"): {"Write", "Describe"},
    }
    assert all(operations == {"Describe"} for operations in rights["newsmill-scaler"].values())


def test_tools_wait_until_they_are_called_and_sign_in_as_their_own_user(production):
    users = {doc["metadata"]["name"] for doc in production.all("KafkaUser")}
    tools = production.all("CronJob")
    assert [doc["metadata"]["name"] for doc in tools] == ["newsmill-audit", "newsmill-replay"]
    for doc in tools:
        name = doc["metadata"]["name"]
        pod = doc["spec"]["jobTemplate"]["spec"]["template"]
        (container,) = pod["spec"]["containers"]
        assert doc["spec"]["suspend"] is True
        assert container["args"] == [name.removeprefix("newsmill-")]
        assert container["env"] == [{"name": "NEWSMILL_KAFKA__SASL_USERNAME", "value": name}]
        assert name in users
        assert {"secretName": name, "defaultMode": 0o444} in [volume.get("secret") for volume in pod["spec"]["volumes"]]
        selected = production.one("NetworkPolicy")["spec"]["podSelector"]["matchLabels"]
        assert selected.items() <= pod["metadata"]["labels"].items()
        assert container["image"] == production.container["image"]
        assert container["envFrom"] == production.container["envFrom"]


def rights_of(user):
    return {
        (acl["resource"]["type"], acl["resource"]["name"]): set(acl["operations"])
        for acl in user["spec"]["authorization"]["acls"]
    }
