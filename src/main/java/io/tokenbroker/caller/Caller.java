package io.tokenbroker.caller;

import io.quarkus.security.identity.SecurityIdentity;
import io.tokenbroker.policy.ClientPolicy;
import java.security.Principal;
import java.util.Optional;
import java.util.UUID;

/** Who calls. The roles say what each kind may do at all; what it may do to one account is checked on the account. */
public sealed interface Caller extends Principal {

    /** The role of a person's browser app. */
    String USER = "user";

    /** The role of a back end. */
    String CLIENT = "client";

    String role();

    /**
     * A person, signed in at FusionAuth.
     *
     * @param id FusionAuth's user id
     */
    record User(UUID id) implements Caller {

        @Override
        public String role() {
            return USER;
        }

        @Override
        public String getName() {
            return id.toString();
        }
    }

    /**
     * A back end, with what it may do.
     *
     * @param user for whom it calls, as that user's own token has proved; only such a user's accounts exist for it then
     */
    record Client(String name, ClientPolicy policy, Optional<UUID> user) implements Caller {

        /** The same, for a user whose own token it has shown. */
        public Client onBehalfOf(User proven) {
            return new Client(name, policy, Optional.of(proven.id()));
        }

        @Override
        public String role() {
            return CLIENT;
        }

        @Override
        public String getName() {
            return name;
        }
    }

    /** The caller of the current request; the resource has been refused already to anybody else. */
    static Caller of(SecurityIdentity identity) {
        return (Caller) identity.getPrincipal();
    }
}
