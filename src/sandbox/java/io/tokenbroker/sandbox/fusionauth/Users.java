package io.tokenbroker.sandbox.fusionauth;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** The users, guarded by this object's monitor. */
final class Users {

    private final Map<UUID, User> users = new LinkedHashMap<>();

    synchronized User put(User user) {
        users.put(user.id(), user);
        return user;
    }

    synchronized Optional<User> find(UUID id) {
        return Optional.ofNullable(users.get(id));
    }

    Optional<User> find(UUID tenant, UUID id) {
        return find(id).filter(user -> user.tenantId().equals(tenant));
    }

    Optional<User> byEmail(UUID tenant, String email) {
        return only(hasEmail(tenant, email));
    }

    Optional<User> byUsername(UUID tenant, String username) {
        return only(hasUsername(tenant, username));
    }

    static Predicate<User> hasEmail(UUID tenant, String email) {
        return user -> user.tenantId().equals(tenant)
                && user.email().filter(email::equalsIgnoreCase).isPresent();
    }

    static Predicate<User> hasUsername(UUID tenant, String username) {
        return user -> user.tenantId().equals(tenant)
                && user.username().filter(username::equalsIgnoreCase).isPresent();
    }

    /** The user that matches, else {@code created}: in one step, so that two logins make one user. */
    synchronized User findOrPut(Predicate<User> matches, User created) {
        return only(matches).orElseGet(() -> put(created));
    }

    synchronized Optional<User> update(UUID id, UnaryOperator<User> change) {
        return Optional.ofNullable(users.computeIfPresent(id, (key, user) -> change.apply(user)));
    }

    synchronized void remove(UUID id) {
        users.remove(id);
    }

    synchronized List<User> all() {
        return List.copyOf(users.values());
    }

    private synchronized Optional<User> only(Predicate<User> matches) {
        return users.values().stream().filter(matches).findFirst();
    }
}
