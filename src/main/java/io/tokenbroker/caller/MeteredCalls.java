package io.tokenbroker.caller;

import io.quarkus.security.identity.SecurityIdentity;
import io.tokenbroker.link.LinkOwners;
import io.tokenbroker.policy.UserRates;
import io.tokenbroker.upstream.CurrentCaller;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;

/** Does what {@link Metered} says. By then the caller is known and its role has been checked. */
@Metered
@Interceptor
@Priority(Interceptor.Priority.APPLICATION)
class MeteredCalls {

    private final SecurityIdentity identity;
    private final RoutingContext http;
    private final UserRates users;
    private final LinkOwners owners;

    MeteredCalls(SecurityIdentity identity, RoutingContext http, UserRates users, LinkOwners owners) {
        this.identity = identity;
        this.http = http;
        this.users = users;
        this.owners = owners;
    }

    @AroundInvoke
    Object counted(InvocationContext call) throws Exception {
        var caller = Caller.of(identity);
        var rate = switch (caller) {
            case Caller.User user -> users.of(user.id());
            case Caller.Client client -> client.policy().rate();
        };
        rate.announce(http);
        rate.take();
        return CurrentCaller.call(caller.turn(), () -> {
            if (caller instanceof Caller.User user) {
                // Their token is valid until it expires, but they may have left.
                owners.requireActive(user.id());
            }
            return call.proceed();
        });
    }
}
