package io.tokenbroker.caller;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.quarkus.virtual.threads.VirtualThreads;
import io.smallrye.mutiny.Uni;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemMappers;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * Finds the caller by the {@code Authorization} header, a form's client_secret or an identity header. Known credentials
 * never leave the event loop; only a token not seen within the last minute is verified on a virtual thread.
 */
@ApplicationScoped
public class CallerAuthentication implements HttpAuthenticationMechanism {

    private final KnownCallers callers;
    private final UserTokens tokens;
    private final ExecutorService threads;

    CallerAuthentication(KnownCallers callers, UserTokens tokens, @VirtualThreads ExecutorService threads) {
        this.callers = callers;
        this.tokens = tokens;
        this.threads = threads;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext request, IdentityProviderManager unused) {
        try {
            return Credential.in(request)
                    .map(credential ->
                            identify(credential).invoke(known -> request.put(Caller.class.getName(), Caller.of(known))))
                    .orElseGet(() -> Uni.createFrom().nullItem());
        } catch (BrokerException e) {
            return Uni.createFrom().failure(new AuthenticationFailedException(e));
        }
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext request) {
        return Uni.createFrom()
                .item(new ChallengeData(401, HttpHeaderNames.WWW_AUTHENTICATE, ProblemMappers.CHALLENGE));
    }

    private Uni<SecurityIdentity> identify(Credential credential) {
        var known = callers.of(credential);
        if (known.isPresent() || !(credential instanceof Credential.Token(var token))) {
            return Uni.createFrom().item(() -> identityOf(known));
        }
        return Uni.createFrom()
                .item(() -> identityOf(tokens.verify(token)))
                .runSubscriptionOn(threads)
                .onFailure(BrokerException.class)
                .transform(AuthenticationFailedException::new);
    }

    private static SecurityIdentity identityOf(Optional<Caller> found) {
        var caller = found.orElseThrow(AuthenticationFailedException::new);
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(caller)
                .addRole(caller.role())
                .build();
    }

    /** The callers that are known without asking an upstream: by a broker key, or by a token verified within the last minute. */
    @Singleton
    public static class KnownCallers {

        private final Clients clients;
        private final UserTokens tokens;

        KnownCallers(Clients clients, UserTokens tokens) {
            this.clients = clients;
            this.tokens = tokens;
        }

        /**
         * The caller; empty for a credential that is wrong, and for a token that is still to be verified. Never blocks.
         *
         * @param header {@code Authorization}
         */
        public Optional<Caller> of(String header) {
            return of(Credential.of(header));
        }

        Optional<Caller> of(Credential credential) {
            return switch (credential) {
                case Credential.Key key -> clients.of(key).map(Caller.class::cast);
                case Credential.Token(var token) -> tokens.remembered(token);
                case Credential.Unreadable() -> Optional.empty();
            };
        }
    }
}
