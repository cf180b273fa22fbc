package io.tokenbroker.deploy;

import static io.tokenbroker.deploy.ComposeFiles.text;
import static io.tokenbroker.deploy.ComposeFiles.yaml;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The files of {@code deploy/kubernetes}, by the types of a client of Kubernetes. */
public final class Manifests {

    static final Path FOLDER = Path.of("deploy/kubernetes");

    private static final ObjectMapper STRICT = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                // Otherwise each type would take any member.
                @Override
                public Boolean hasAnySetter(Annotated any) {
                    return false;
                }
            });

    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of(
            "v1/Namespace", Namespace.class,
            "v1/ConfigMap", ConfigMap.class,
            "v1/Secret", Secret.class,
            "v1/Service", Service.class,
            "apps/v1/Deployment", Deployment.class,
            "batch/v1/Job", Job.class,
            "autoscaling/v2/HorizontalPodAutoscaler", HorizontalPodAutoscaler.class,
            "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class,
            "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class);

    private Manifests() {}

    /** Every document that kustomization.yaml lists, as it is written. */
    static List<JsonNode> documents() {
        return files().flatMap(file -> Stream.of(text(FOLDER.resolve(file)).split("(?m)^---$", -1)))
                .map(ComposeFiles::yaml)
                .toList();
    }

    static Stream<String> files() {
        return StreamSupport.stream(
                        yaml(text(FOLDER.resolve("kustomization.yaml")))
                                .path("resources")
                                .spliterator(),
                        false)
                .map(JsonNode::asText);
    }

    /** What Kubernetes itself knows; absent for other kinds. */
    static Optional<HasMetadata> typed(JsonNode document) {
        var kind = document.path("apiVersion").asText() + "/"
                + document.path("kind").asText();
        return Optional.ofNullable(KINDS.get(kind)).map(type -> {
            try {
                return STRICT.treeToValue(document, type);
            } catch (JsonProcessingException wrong) {
                throw new AssertionError(kind + ": " + wrong.getOriginalMessage(), wrong);
            }
        });
    }

    static <T extends HasMetadata> List<T> all(Class<T> type) {
        return documents().stream()
                .flatMap(document -> typed(document).stream())
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    static <T extends HasMetadata> T only(Class<T> type) {
        var all = all(type);
        if (all.size() != 1) {
            throw new AssertionError("%d of %s".formatted(all.size(), type));
        }
        return all.getFirst();
    }

    /** Applied by hand, and so in no list. */
    static Job doctor() {
        return typed(yaml(text(FOLDER.resolve("doctor-job.yaml"))))
                .map(Job.class::cast)
                .orElseThrow();
    }

    /** The settings in the ConfigMap. */
    public static Map<String, String> settings() {
        var settings = new Properties();
        try {
            settings.load(new StringReader(only(ConfigMap.class).getData().get("application.properties")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var sorted = new TreeMap<String, String>();
        settings.forEach((key, value) -> sorted.put(String.valueOf(key), String.valueOf(value)));
        return sorted;
    }

    /** Paths on the management port that Kubernetes and Prometheus ask. */
    public static List<String> managementPaths() {
        var container = only(Deployment.class)
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst();
        return Stream.concat(
                        Stream.of(
                                        container.getStartupProbe(),
                                        container.getLivenessProbe(),
                                        container.getReadinessProbe())
                                .map(probe -> probe.getHttpGet().getPath()),
                        Stream.of(serviceMonitor()
                                .path("spec")
                                .path("endpoints")
                                .path(0)
                                .path("path")
                                .asText()))
                .distinct()
                .toList();
    }

    /** What the Prometheus operator calls the targets of the Service for Prometheus: the job in alerts. */
    public static String job() {
        var label = serviceMonitor().at("/spec/jobLabel").asText();
        return all(Service.class).stream()
                .map(service -> service.getMetadata().getLabels())
                .filter(labels -> labels.containsValue("management"))
                .map(labels -> labels.getOrDefault(label, ""))
                .findFirst()
                .orElseThrow();
    }

    static JsonNode serviceMonitor() {
        return documents().stream()
                .filter(document -> document.path("kind").asText().equals("ServiceMonitor"))
                .findFirst()
                .orElseThrow();
    }
}
