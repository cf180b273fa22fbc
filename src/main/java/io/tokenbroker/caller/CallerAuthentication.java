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
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemMappers;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;

/**
 * Reads the {@code Authorization} header: a broker key as Bearer or Basic, else a FusionAuth access token. Known
 * credentials never leave the event loop; only a token not seen within the last minute is verified on a thread of its
 * own.
 */
@ApplicationScoped
class CallerAuthentication implements HttpAuthenticationMechanism {

    private static final String BEARER = "bearer ";
    private static final String BASIC = "basic ";

    private final Clients clients;
    private final AccessTokens tokens;
    private final ExecutorService threads;

    CallerAuthentication(Clients clients, AccessTokens tokens, @VirtualThreads ExecutorService threads) {
        this.clients = clients;
        this.tokens = tokens;
        this.threads = threads;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext request, IdentityProviderManager unused) {
        var header = request.request().getHeader(HttpHeaderNames.AUTHORIZATION);
        if (header == null) {
            return Uni.createFrom().nullItem();
        }
        if (startsWith(header, BASIC)) {
            return accept(byBasic(header.substring(BASIC.length())));
        }
        if (!startsWith(header, BEARER)) {
            return refuse();
        }
        var credential = header.substring(BEARER.length()).strip();
        return credential.startsWith("tbk_") ? accept(clients.byKey(credential)) : byToken(credential);
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

    private Uni<SecurityIdentity> byToken(String token) {
        var known = tokens.remembered(token);
        if (known.isPresent()) {
            return accept(known);
        }
        return Uni.createFrom()
                .item(() -> tokens.verify(token))
                .runSubscriptionOn(threads)
                .onFailure(BrokerException.class)
                .transform(AuthenticationFailedException::new)
                .flatMap(CallerAuthentication::accept);
    }

    private Optional<Caller.Client> byBasic(String encoded) {
        try {
            var pair = new String(Base64.getDecoder().decode(encoded.strip()), StandardCharsets.UTF_8);
            var colon = pair.indexOf(':');
            if (colon < 0) {
                return Optional.empty();
            }
            return clients.byNameAndKey(formDecoded(pair.substring(0, colon)), formDecoded(pair.substring(colon + 1)));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    /** RFC 6749 §2.3.1 wants both parts form-encoded, many send them plain; neither part can hold a plus or percent. */
    private static String formDecoded(String part) {
        return URLDecoder.decode(part, StandardCharsets.UTF_8);
    }

    private static Uni<SecurityIdentity> accept(Optional<? extends Caller> caller) {
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

    private static boolean startsWith(String header, String scheme) {
        return header.regionMatches(true, 0, scheme, 0, scheme.length());
    }
}
