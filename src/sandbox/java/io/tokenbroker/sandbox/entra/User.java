package io.tokenbroker.sandbox.entra;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A person. In each tenant, the home one and those where the person is a guest, another object id.
 *
 * @param objectIds object ids by tenant GUID
 * @param sessionEpoch grows whenever the sessions are revoked; a grant of an earlier epoch is dead
 */
public record User(
        String email, String name, Tenant home, Map<String, String> objectIds, boolean enabled, int sessionEpoch) {

    public User {
        objectIds = Map.copyOf(objectIds);
    }

    static User memberOf(Tenant home, String email, String name) {
        return new User(email, name, home, Map.of(home.id(), objectIdIn(home, email)), true, 0);
    }

    /** The object id in a tenant, if the person is a member or a guest there. */
    public Optional<String> objectId(Tenant tenant) {
        return Optional.ofNullable(objectIds.get(tenant.id()));
    }

    /** Whether the person is a member or a guest there. */
    public boolean belongsTo(Tenant tenant) {
        return objectIds.containsKey(tenant.id());
    }

    User invitedTo(Tenant tenant) {
        var more = new HashMap<>(objectIds);
        more.put(tenant.id(), objectIdIn(tenant, email));
        return new User(email, name, home, more, enabled, sessionEpoch);
    }

    User enabled(boolean nowEnabled) {
        return new User(email, name, home, objectIds, nowEnabled, sessionEpoch);
    }

    User withSessionsRevoked() {
        return new User(email, name, home, objectIds, enabled, sessionEpoch + 1);
    }

    /** The same person has the same object id after every restart, so links kept elsewhere stay true. */
    private static String objectIdIn(Tenant tenant, String email) {
        var seed = tenant.id() + "/" + email;
        return UUID.nameUUIDFromBytes(seed.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
