package io.tokenbroker.sandbox.fusionauth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A person, kept as the JSON of the User API. Immutable: the {@code with…} methods return changed copies.
 *
 * @param password absent if the user cannot sign in at the hosted page
 */
public record User(ObjectNode json, @Nullable String password) {

    public User {
        json = json.deepCopy();
    }

    /** An active user without registration. Users made by {@code LinkAnonymously} have no email. */
    public static User of(UUID id, UUID tenantId, @Nullable String email, @Nullable String displayName, Instant now) {
        var json = Json.object();
        json.put("id", id.toString()).put("tenantId", tenantId.toString());
        json.put("active", true).put("verified", true);
        json.put("insertInstant", now.toEpochMilli()).put("lastUpdateInstant", now.toEpochMilli());
        json.putObject("data");
        json.putArray("registrations");
        putIfPresent(json, "email", email);
        putIfPresent(json, "fullName", displayName);
        return new User(json, null);
    }

    public User withPassword(String newPassword) {
        return new User(json, newPassword);
    }

    public User withUsername(@Nullable String username) {
        return with(copy -> putIfPresent(copy, "username", username));
    }

    public User withActive(boolean active) {
        return with(copy -> copy.put("active", active));
    }

    /** Adds a registration; the user must not have one for that application. */
    public User registeredFor(UUID application, List<String> roles) {
        return with(copy -> {
            var registration = copy.withArray("/registrations").addObject();
            registration.put("id", UUID.randomUUID().toString()).put("applicationId", application.toString());
            var names = registration.putArray("roles");
            roles.forEach(names::add);
        });
    }

    /** Without any registration. */
    public User unregistered() {
        return with(copy -> copy.putArray("registrations"));
    }

    /** This user with a legacy PATCH applied; who and where it is cannot be patched. */
    User patched(JsonNode patch, Instant now) {
        var merged = Json.merge(json, patch);
        merged.put("id", id().toString()).put("tenantId", tenantId().toString());
        merged.put("lastUpdateInstant", now.toEpochMilli());
        var newPassword = Json.text(merged, "password").orElse(password);
        merged.remove("password");
        return new User(merged, newPassword);
    }

    public UUID id() {
        return UUID.fromString(json.path("id").asText());
    }

    public UUID tenantId() {
        return UUID.fromString(json.path("tenantId").asText());
    }

    public Optional<String> email() {
        return Json.text(json, "email");
    }

    public Optional<String> username() {
        return Json.text(json, "username");
    }

    public boolean active() {
        return json.path("active").asBoolean();
    }

    boolean emailVerified() {
        return json.path("verified").asBoolean();
    }

    /** The roles, if the user is registered for the application. */
    Optional<List<String>> roles(UUID application) {
        return StreamSupport.stream(json.path("registrations").spliterator(), false)
                .filter(one -> Json.uuid(one, "applicationId").equals(Optional.of(application)))
                .findFirst()
                .map(one -> StreamSupport.stream(one.path("roles").spliterator(), false)
                        .map(JsonNode::asText)
                        .toList());
    }

    private User with(Consumer<ObjectNode> change) {
        var copy = json.deepCopy();
        change.accept(copy);
        return new User(copy, password);
    }

    private static void putIfPresent(ObjectNode json, String member, @Nullable String value) {
        if (value != null) {
            json.put(member, value);
        }
    }

    @Override
    public String toString() {
        return "User[" + id() + ", " + email().orElse("no email") + "]";
    }
}
