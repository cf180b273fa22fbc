package io.tokenbroker.deploy;

import static io.tokenbroker.deploy.ComposeFiles.text;
import static io.tokenbroker.deploy.ComposeFiles.yaml;
import static io.tokenbroker.deploy.Manifests.only;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code deploy/kubernetes} against Kubernetes' own types, the image and the settings. */
class KubernetesTest {

    private static final Map<String, String> LABELS = Map.of("app.kubernetes.io/name", "token-broker");

    /** PostgreSQL's own default of max_connections. */
    private static final int CONNECTIONS = 100;

    @Test
    void everyManifestIsOfAKindThatIsCheckedAndIsListed() throws IOException {
        assertThat(Manifests.documents()).hasSize(10).allSatisfy(document -> {
            if (!document.path("kind").asText().equals("ServiceMonitor")) {
                assertThat(Manifests.typed(document)).isPresent();
            }
            assertThat(document.path("metadata").path("name").asText()).startsWith("token-broker");
        });
        try (var files = Files.list(Manifests.FOLDER)) {
            assertThat(files.map(file -> file.getFileName().toString())
                            .filter(file -> file.endsWith(".yaml"))
                            .filter(file -> !Set.of("kustomization.yaml", "doctor-job.yaml")
                                    .contains(file)))
                    .containsExactlyInAnyOrderElementsOf(Manifests.files().toList());
        }
    }

    @Test
    void aMisspeltMemberIsToldApart() {
        var misspelt = (ObjectNode) Manifests.documents().stream()
                .filter(document -> document.path("kind").asText().equals("Deployment"))
                .findFirst()
                .orElseThrow();
        misspelt.withObject("/spec/template/spec").put("terminationGracePeriod", 425);

        assertThatThrownBy(() -> Manifests.typed(misspelt)).hasMessageContaining("terminationGracePeriod");
    }

    @Test
    void theServiceMonitorIsOneOfThePrometheusOperatorAndFindsTheService() throws IOException {
        var monitor = Manifests.serviceMonitor();
        try (var schema = KubernetesTest.class.getResourceAsStream("/service-monitor.schema.json")) {
            var errors = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(schema)
                    .validate(monitor.toString(), InputFormat.JSON);
            assertThat(errors).isEmpty();
        }
        var wanted = monitor.path("spec").path("selector").path("matchLabels");
        assertThat(Manifests.all(Service.class))
                .filteredOn(service -> wanted.properties().stream()
                        .allMatch(label -> label.getValue()
                                .asText()
                                .equals(service.getMetadata().getLabels().get(label.getKey()))))
                .singleElement()
                .satisfies(service -> assertThat(service.getSpec().getPorts())
                        .extracting(port -> port.getName())
                        .containsExactly(monitor.path("spec")
                                .path("endpoints")
                                .path(0)
                                .path("port")
                                .asText()));
    }

    @Test
    void thePortsAreTheImagesAndReachedByName() {
        assertThat(container().getPorts())
                .extracting(port -> port.getContainerPort())
                .containsExactlyElementsOf(Image.ports());
        var names = container().getPorts().stream().map(port -> port.getName()).toList();
        assertThat(Manifests.all(Service.class)).hasSize(2).allSatisfy(service -> {
            assertThat(service.getSpec().getSelector()).isEqualTo(LABELS);
            assertThat(service.getSpec().getPorts()).singleElement().satisfies(port -> {
                assertThat(port.getTargetPort().getStrVal()).isIn(names);
                assertThat(port.getPort()).isIn(Image.ports());
            });
        });
        assertThat(List.of(
                        container().getStartupProbe(),
                        container().getLivenessProbe(),
                        container().getReadinessProbe()))
                .allSatisfy(probe -> assertThat(probe.getHttpGet().getPort()).isEqualTo(new IntOrString("management")));
    }

    @Test
    void itRunsWithNoMoreRightsThanTheImageNeeds() {
        var pod = pod();
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(Image.user());
        assertThat(pod.getSecurityContext().getFsGroup()).isEqualTo(Image.user());
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getEnableServiceLinks()).isFalse();
        var container = container().getSecurityContext();
        assertThat(container.getReadOnlyRootFilesystem()).isTrue();
        assertThat(container.getAllowPrivilegeEscalation()).isFalse();
        assertThat(container.getCapabilities().getDrop()).containsExactly("ALL");
    }

    @Test
    void whatIsMountedIsWhereTheBrokerLooks() {
        var volumes = pod().getVolumes().stream().collect(Collectors.toMap(Volume::getName, volume -> volume));
        var mounts = container().getVolumeMounts().stream()
                .collect(Collectors.toMap(VolumeMount::getMountPath, VolumeMount::getName));

        assertThat(mounts)
                .isEqualTo(Map.of(
                        Image.folder() + "/config", "config", "/run/secrets/token-broker", "secrets", "/tmp", "tmp"));
        // What is mounted so is never brought up to date, and a changed secret would wait for a restart.
        assertThat(container().getVolumeMounts()).allMatch(mount -> mount.getSubPath() == null);
        assertThat(volumes).containsOnlyKeys("config", "secrets", "tmp");
        assertThat(volumes.values())
                .filteredOn(volume -> volume.getConfigMap() != null)
                .extracting(volume -> volume.getConfigMap().getName())
                .containsExactly(only(ConfigMap.class).getMetadata().getName());
        assertThat(volumes.values())
                .filteredOn(volume -> volume.getSecret() != null)
                .extracting(volume -> volume.getSecret().getSecretName())
                .containsExactly(only(Secret.class).getMetadata().getName());
        // By the group, which is the user's own.
        assertThat(volumes.values())
                .filteredOn(volume -> volume.getSecret() != null)
                .extracting(volume -> volume.getSecret().getDefaultMode())
                .containsExactly(0440);
        assertThat(volumes.values())
                .filteredOn(volume -> volume.getEmptyDir() != null)
                .extracting(Volume::getName)
                .containsExactly("tmp");
    }

    @Test
    void everySettingIsOneAndNoneIsMissing() {
        var settings = Manifests.settings();

        assertThat(settings.keySet()).allMatch(KnownSettings::isKey, "is a setting");
        assertThat(KnownSettings.required())
                .filteredOn(key -> !key.contains("*"))
                .hasSizeGreaterThan(5)
                .allMatch(key -> settings.containsKey(key) || settings.containsKey(key + "-file"), "is given");
        assertThat(settings.get("broker.store.url")).startsWith("jdbc:postgresql://");
        assertThat(container().getEnv()).allMatch(variable -> KnownSettings.isVariable(variable.getName()));
    }

    @Test
    void everySecretIsAFileOfTheSecretAndHasNoValueYet() {
        var secret = only(Secret.class).getStringData();
        var files = Manifests.settings().entrySet().stream()
                .filter(setting -> setting.getKey().endsWith("-file"))
                .map(setting -> setting.getValue().replace("/run/secrets/token-broker/", ""));

        assertThat(files).containsExactlyInAnyOrderElementsOf(secret.keySet());
        assertThat(secret.values()).containsOnly("");
        assertThat(Manifests.settings().keySet())
                .doesNotContain("broker.sealing-keys", "broker.fusionauth.api-key", "broker.store.password");
    }

    @Test
    void itIsGivenTheTimeThatItMayTakeToStop() {
        var pause = container().getLifecycle().getPreStop().getExec().getCommand();

        assertThat(pause).hasSize(2).startsWith("sleep");
        assertThat(pod().getTerminationGracePeriodSeconds())
                .isEqualTo(Image.stopSeconds() + Long.parseLong(pause.getLast()));
    }

    @Test
    void replicasComeAndGoOneByOneAndTheStoreHasConnectionsForAll() {
        var deployment = only(Deployment.class);
        var scaler = only(HorizontalPodAutoscaler.class).getSpec();
        var budget = only(PodDisruptionBudget.class).getSpec();

        assertThat(deployment.getSpec().getReplicas()).isNull();
        assertThat(deployment.getSpec().getSelector().getMatchLabels()).isEqualTo(LABELS);
        assertThat(deployment.getSpec().getTemplate().getMetadata().getLabels()).isEqualTo(LABELS);
        assertThat(scaler.getScaleTargetRef().getKind()).isEqualTo("Deployment");
        assertThat(scaler.getScaleTargetRef().getName())
                .isEqualTo(deployment.getMetadata().getName());
        assertThat(budget.getSelector().getMatchLabels()).isEqualTo(LABELS);
        assertThat(budget.getMaxUnavailable().getIntVal()).isLessThan(scaler.getMinReplicas());
        var surge = deployment
                .getSpec()
                .getStrategy()
                .getRollingUpdate()
                .getMaxSurge()
                .getIntVal();
        assertThat((scaler.getMaxReplicas() + surge)
                        * Integer.parseInt(Manifests.settings().get("broker.store.pool-size")))
                .isLessThan(CONNECTIONS);
    }

    @Test
    void thePortsAreReachedByThoseForWhomTheyAreAlone() {
        var policy = only(NetworkPolicy.class).getSpec();

        assertThat(policy.getPodSelector().getMatchExpressions())
                .singleElement()
                .satisfies(labels -> {
                    assertThat(Map.of(labels.getKey(), labels.getValues().getFirst()))
                            .isEqualTo(LABELS);
                    assertThat(labels.getOperator()).isEqualTo("In");
                });
        assertThat(policy.getPolicyTypes()).containsExactly("Ingress", "Egress");
        assertThat(policy.getIngress())
                .allSatisfy(rule -> assertThat(rule.getFrom()).isNotEmpty());
        assertThat(policy.getIngress().stream().collect(Collectors.toMap(KubernetesTest::port, KubernetesTest::from)))
                .isEqualTo(Map.of(8080, "ingress-nginx", 9000, "monitoring"));
        assertThat(policy.getEgress())
                .allSatisfy(rule -> assertThat(rule.getTo()).isNotEmpty());
        assertThat(policy.getEgress().stream()
                        .flatMap(rule -> rule.getPorts().stream())
                        .map(port -> port.getPort().getIntVal()))
                .containsExactlyInAnyOrder(53, 53, 5432, 443);
    }

    @Test
    void theStoreOfTheSettingsIsReachedWhereverItIs() {
        var url = URI.create(Objects.requireNonNull(Manifests.settings().get("broker.store.url"))
                .replaceFirst("^jdbc:", ""));
        var namespace = url.getHost().split("\\.", -1)[1];
        assertThat(url.getHost()).endsWith("." + namespace + ".svc");

        assertThat(peers(only(NetworkPolicy.class), url.getPort()))
                .singleElement()
                .satisfies(store -> assertThat(store.getNamespaceSelector().getMatchLabels())
                        .containsEntry("kubernetes.io/metadata.name", namespace));

        // One outside the cluster, by what stands there as a comment.
        var alternative = text(Manifests.FOLDER.resolve("network-policy.yaml"))
                .replaceAll("(?m)^( +)# (- ipBlock:| {4}cidr: )", "$1$2");
        var policy = (NetworkPolicy) Manifests.typed(yaml(alternative)).orElseThrow();
        assertThat(peers(policy, url.getPort()).getLast().getIpBlock().getCidr())
                .matches("[0-9.]+/\\d+");
    }

    /** It finds what the broker meets, takes none of its memory, and gets none of its requests. */
    @Test
    void theDoctorIsTheBrokerInAPodOfItsOwn() {
        var job = Manifests.doctor();
        var doctor = job.getSpec().getTemplate().getSpec();

        assertThat(doctor.getContainers()).singleElement().satisfies(container -> {
            assertThat(container.getImage()).isEqualTo(container().getImage());
            assertThat(container.getArgs()).containsExactly("doctor");
            assertThat(container.getCommand()).isEmpty();
            assertThat(container.getEnv()).isEqualTo(container().getEnv());
            assertThat(container.getVolumeMounts()).isEqualTo(container().getVolumeMounts());
            assertThat(container.getSecurityContext()).isEqualTo(container().getSecurityContext());
            assertThat(container.getResources().getLimits()).containsOnlyKeys("memory");
        });
        assertThat(doctor.getVolumes()).isEqualTo(pod().getVolumes());
        assertThat(doctor.getSecurityContext()).isEqualTo(pod().getSecurityContext());
        assertThat(doctor.getAutomountServiceAccountToken()).isFalse();
        assertThat(doctor.getEnableServiceLinks()).isFalse();
        assertThat(doctor.getRestartPolicy()).isEqualTo("Never");
        assertThat(job.getSpec().getBackoffLimit()).isZero();
        assertThat(job.getMetadata().getNamespace())
                .isEqualTo(only(Deployment.class).getMetadata().getNamespace());
        assertThat(job.getSpec().getTemplate().getMetadata().getLabels()).allSatisfy((key, value) -> {
            assertThat(value).isNotEqualTo(LABELS.get(key));
            assertThat(only(NetworkPolicy.class)
                            .getSpec()
                            .getPodSelector()
                            .getMatchExpressions()
                            .getFirst()
                            .getValues())
                    .contains(value);
        });
        assertThat(text(Manifests.FOLDER.resolve("README.md")))
                .contains("job/" + job.getMetadata().getName())
                .doesNotContain("kubectl exec", " exec ");
    }

    private static List<NetworkPolicyPeer> peers(NetworkPolicy policy, int port) {
        return policy.getSpec().getEgress().stream()
                .filter(rule ->
                        rule.getPorts().stream().anyMatch(one -> one.getPort().getIntVal() == port))
                .flatMap(rule -> rule.getTo().stream())
                .toList();
    }

    private static Integer port(NetworkPolicyIngressRule rule) {
        return rule.getPorts().getFirst().getPort().getIntVal();
    }

    private static String from(NetworkPolicyIngressRule rule) {
        return rule.getFrom().getFirst().getNamespaceSelector().getMatchLabels().values().stream()
                .findFirst()
                .orElseThrow();
    }

    private static PodSpec pod() {
        return only(Deployment.class).getSpec().getTemplate().getSpec();
    }

    private static Container container() {
        var containers =
                Stream.of(pod()).flatMap(pod -> pod.getContainers().stream()).toList();
        assertThat(containers).hasSize(1);
        return containers.getFirst();
    }
}
