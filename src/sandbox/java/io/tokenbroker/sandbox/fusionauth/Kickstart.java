package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A kickstart file, played as a fresh FusionAuth plays it when it starts: first its keys, then its requests one by one,
 * by the first of the keys.
 */
public final class Kickstart {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern PLACE = Pattern.compile("#\\{([^}]+)}");
    private static final Set<String> METHODS = Set.of("POST", "PUT", "PATCH");

    private final String text;
    private final Map<String, String> environment;
    private final Map<String, String> variables = new HashMap<>(Map.of(
            "FUSIONAUTH_APPLICATION_ID", Application.OF_ADMINISTRATORS.toString(),
            "FUSIONAUTH_TENANT_ID", FusionAuthStandIn.TENANT_ID.toString()));
    private final Set<String> used = new HashSet<>();

    /** @param environment what {@code ENV.…} stands for */
    public Kickstart(Path file, Map<String, String> environment) {
        this.environment = environment;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Plays it, and stops at the first request that is refused. */
    public void play(FusionAuthStandIn fusionAuth) {
        var script = script();
        var keys = script.path("apiKeys");
        if (!keys.path(0).path("permissions").isMissingNode()) {
            throw new IllegalStateException("The first key must be allowed everything: it sends the requests");
        }
        keys.forEach(key -> fusionAuth.addApiKey(key(key)));
        script.path("requests")
                .forEach(request -> send(fusionAuth, keys.path(0).path("key").asText(), request));
    }

    /** The file with every variable filled in. */
    public JsonNode script() {
        var given = parsed(text).path("variables");
        given.properties()
                .forEach(variable -> variables.put(
                        variable.getKey(), filled(variable.getValue().asText())));
        var defaultTenant = Optional.ofNullable(variables.get("defaultTenantId"));
        if (!defaultTenant.equals(Optional.of(FusionAuthStandIn.TENANT_ID.toString()))) {
            throw new IllegalStateException("The stand-in has no other tenant than " + FusionAuthStandIn.TENANT_ID);
        }
        if (parsed(text) instanceof ObjectNode script) {
            script.remove("variables");
            used.clear();
            return parsed(filled(script.toString()));
        }
        throw new IllegalStateException("A kickstart is an object");
    }

    /** The variables that its keys and requests used. */
    public Set<String> used() {
        return Set.copyOf(used);
    }

    private String filled(String template) {
        return PLACE.matcher(template).replaceAll(place -> {
            used.add(place.group(1));
            return value(place.group(1)).replace("\\", "\\\\").replace("$", "\\$");
        });
    }

    private String value(String name) {
        if (name.equals("UUID()")) {
            return UUID.randomUUID().toString();
        }
        var value = name.startsWith("ENV.") ? environment.get(name.substring(4)) : variables.get(name);
        return Optional.ofNullable(value)
                .orElseThrow(() -> new IllegalStateException("Nothing says what #{" + name + "} is"));
    }

    private static ApiKey key(JsonNode key) {
        var permissions = new HashMap<String, Set<String>>();
        key.path("permissions").path("endpoints").properties().forEach(endpoint -> {
            var methods = new HashSet<String>();
            endpoint.getValue().forEach(method -> methods.add(method.asText()));
            permissions.put(endpoint.getKey(), methods);
        });
        return new ApiKey(key.path("key").asText(), Json.uuid(key, "tenantId").orElse(null), permissions);
    }

    private static void send(FusionAuthStandIn fusionAuth, String key, JsonNode asked) {
        var method = asked.path("method").asText();
        if (!METHODS.contains(method)) {
            throw new IllegalStateException("A kickstart cannot " + method);
        }
        var request = HttpRequest.newBuilder(
                        fusionAuth.url().resolve(asked.path("url").asText()))
                .header("Authorization", key)
                .header("Content-Type", "application/json")
                .method(
                        method,
                        HttpRequest.BodyPublishers.ofString(asked.path("body").toString()));
        Json.text(asked, "tenantId").ifPresent(tenant -> request.header("X-FusionAuth-TenantId", tenant));
        try (var http = HttpClient.newHttpClient()) {
            var response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalStateException("%s %s was answered %d %s"
                        .formatted(method, asked.path("url").asText(), response.statusCode(), response.body()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
