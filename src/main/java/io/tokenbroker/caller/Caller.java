package io.tokenbroker.caller;

import io.quarkus.security.identity.SecurityIdentity;
import java.security.Principal;
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

    /** A back end, with what it may do. */
    record Client(String name, ClientPolicy policy) implements Caller {

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
