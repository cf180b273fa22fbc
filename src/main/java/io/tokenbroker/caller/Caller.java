package io.tokenbroker.caller;

import io.quarkus.security.identity.SecurityIdentity;
import io.tokenbroker.policy.ClientPolicy;
import io.vertx.ext.web.RoutingContext;
import java.security.Principal;
import java.util.Optional;
import java.util.UUID;

/** A caller. Its role says which operations it may call; what it may do to one account is checked on the account. */
public sealed interface Caller extends Principal {

    /** The role of a person's browser app. */
    String USER = "user";

    /** The role of a back end. */
    String CLIENT = "client";

    default String role() {
        return this instanceof User ? USER : CLIENT;
    }

    /** The name in which its calls take turns at the upstreams. */
    default String turn() {
        return role() + " " + getName();
    }

    /**
     * A person, signed in at FusionAuth.
     *
     * @param id FusionAuth's user id
     */
    record User(UUID id) implements Caller {

        @Override
        public String getName() {
            return id.toString();
        }
    }

    /**
     * A back end, with what it may do.
     *
     * @param user the user for whom it calls, proved by that user's own token; then only that user's accounts exist for it
     */
    record Client(String name, ClientPolicy policy, Optional<UUID> user) implements Caller {

        /** The same client, for a user that has been proved by the user's own token. */
        public Client onBehalfOf(User proven) {
            return new Client(name, policy, Optional.of(proven.id()));
        }

        @Override
        public String getName() {
            return name;
        }
    }

    /** The caller of this request, once it is known. */
    static Optional<Caller> in(RoutingContext request) {
        return Optional.ofNullable(request.get(Caller.class.getName()));
    }

    /** The caller of the current request. {@code @RolesAllowed} has refused all other callers before. */
    static Caller of(SecurityIdentity identity) {
        return (Caller) identity.getPrincipal();
    }
}
