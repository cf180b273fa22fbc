package io.tokenbroker.ops;

import io.quarkus.security.identity.SecurityIdentity;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.LinkOwners;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.ext.Provider;

/**
 * A person who is deactivated, or not registered any more, may do nothing here, although their token is valid until it
 * expires. Blocks for users only, whose operations have threads of their own.
 */
@Provider
@Priority(ActiveUsersOnly.AFTER_THOSE_THAT_DO_NOT_BLOCK)
class ActiveUsersOnly implements ContainerRequestFilter {

    static final int AFTER_THOSE_THAT_DO_NOT_BLOCK = Priorities.USER + 1_000;

    private final LinkOwners owners;
    private final SecurityIdentity identity;

    ActiveUsersOnly(LinkOwners owners, SecurityIdentity identity) {
        this.owners = owners;
        this.identity = identity;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        if (identity.getPrincipal() instanceof Caller.User user) {
            owners.requireActive(user.id());
        }
    }
}
