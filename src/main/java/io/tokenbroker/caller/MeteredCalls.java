package io.tokenbroker.caller;

import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.tokenbroker.policy.UserRates;
import io.tokenbroker.upstream.CurrentCaller;
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
    private final CurrentVertxRequest http;
    private final UserRates users;

    MeteredCalls(SecurityIdentity identity, CurrentVertxRequest http, UserRates users) {
        this.identity = identity;
        this.http = http;
        this.users = users;
    }

    @AroundInvoke
    Object counted(InvocationContext call) throws Exception {
        var caller = Caller.of(identity);
        var rate = switch (caller) {
            case Caller.User user -> users.of(user.id());
            case Caller.Client client -> client.policy().rate();
        };
        rate.announce(http.getCurrent());
        rate.take();
        return CurrentCaller.call(caller.turn(), call::proceed);
    }
}
