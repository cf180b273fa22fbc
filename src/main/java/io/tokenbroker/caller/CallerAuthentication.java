package io.tokenbroker.caller;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.quarkus.virtual.threads.VirtualThreads;
import io.smallrye.mutiny.Uni;
import io.tokenbroker.caller.KnownCallers.Credential;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemMappers;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/**
 * Reads the {@code Authorization} header: a broker key as Bearer or Basic, else a FusionAuth access token; at the token
 * endpoints the form too, and at the door of managed identities the header of those. Known
 * credentials never leave the event loop; only a token not seen within the last minute is verified on a thread of its
 * own.
 */
@ApplicationScoped
class CallerAuthentication implements HttpAuthenticationMechanism {

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
        var header = request.request().getHeader(HttpHeaderNames.AUTHORIZATION);
        try {
            var elsewhere = FormCredentials.in(request, header).or(() -> IdentityHeader.in(request, header));
            if (elsewhere.isPresent()) {
                return accept(callers.of(elsewhere.get()));
            }
        } catch (BrokerException unclear) {
            return Uni.createFrom().failure(new AuthenticationFailedException(unclear));
        }
        if (header == null) {
            return Uni.createFrom().nullItem();
        }
        var known = callers.of(header);
        return known.isEmpty() && Credential.of(header) instanceof Credential.Token(var token)
                ? verify(token)
                : accept(known);
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext request) {
        return Uni.createFrom()
                .item(new ChallengeData(401, HttpHeaderNames.WWW_AUTHENTICATE, ProblemMappers.CHALLENGE));
    }

    @Override
    public Set<Class<? extends AuthenticationRequest>> getCredentialTypes() {
        return Set.of();
    }

    private Uni<SecurityIdentity> verify(String token) {
        return Uni.createFrom()
                .item(() -> tokens.verify(token))
                .runSubscriptionOn(threads)
                .onFailure(BrokerException.class)
                .transform(AuthenticationFailedException::new)
                .flatMap(CallerAuthentication::accept);
    }

    private static Uni<SecurityIdentity> accept(Optional<Caller> caller) {
        return caller.map(found -> Uni.createFrom().item(identityOf(found))).orElseGet(CallerAuthentication::refuse);
    }

    private static SecurityIdentity identityOf(Caller caller) {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(caller)
                .addRole(caller.role())
                .build();
    }

    private static Uni<SecurityIdentity> refuse() {
        return Uni.createFrom().failure(new AuthenticationFailedException());
    }
}
