package io.tokenbroker.caller;

import io.quarkus.security.identity.SecurityIdentity;
import io.tokenbroker.link.LinkOwners;
import io.tokenbroker.policy.RequestRate.UserRates;
import io.tokenbroker.upstream.Bulkhead.CurrentCaller;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InterceptorBinding;
import jakarta.interceptor.InvocationContext;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Counts each call against its caller's rate, and lets it call upstreams in the caller's name. Mints do so themselves. */
@InterceptorBinding
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Metered {

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
}
