package io.tokenbroker.sandbox.entra;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenbroker.sandbox.entra.ScopeRequest.ResourceRequest;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Writes the answer of the token endpoint once all checks are passed but the last, policy and consent. */
final class TokenIssuer {

    /** What is to be issued. {@code nonce} is empty but after a sign-in that had one. */
    record Order(
            User user,
            Tenant tenant,
            Grant grant,
            ScopeRequest scopes,
            EntraClaimsRequest claims,
            String nonce,
            boolean clientInfo) {}

    /** With {@code cp1} a token lives long and is withdrawn by challenge instead of by expiry. */
    private static final Duration LONG_LIFE = Duration.ofHours(24);

    private final Clock clock;
    private final Consents consents;
    private final Policies policies;
    private final AccessTokens accessTokens;
    private final RefreshTokens refreshTokens;
    private final Directory directory;

    TokenIssuer(
            Clock clock,
            Consents consents,
            Policies policies,
            AccessTokens accessTokens,
            RefreshTokens refreshTokens,
            Directory directory) {
        this.clock = clock;
        this.consents = consents;
        this.policies = policies;
        this.accessTokens = accessTokens;
        this.refreshTokens = refreshTokens;
        this.directory = directory;
    }

    /** @throws Refusal if a policy wants more than the person showed, or something asked for lacks consent */
    void checkAllowed(Order order) {
        var wanted = order.scopes().only();
        var wantsSecondFactor = policies.wantSecondFactor(order.user().email(), wanted.resource())
                || order.claims().contexts().contains(ResourceManager.SECOND_FACTOR);
        if (wantsSecondFactor && !order.grant().secondFactor()) {
            throw Refusal.of(50076);
        }
        var missing = wanted.missing(consents.granted(order.user().email(), wanted.resource()));
        if (!missing.isEmpty()) {
            throw Refusal.of(65001);
        }
    }

    ObjectNode issue(Order asked, EntraFaults.Met met) {
        var order = met.value(EntraFault.Kind.ANOTHER_USER)
                .map(email -> forAnother(asked, email))
                .orElse(asked);
        var wanted = order.scopes().only();
        var granted = consents.granted(order.user().email(), wanted.resource());
        var longLived = order.claims().longLived() && wanted.resource().equals(Resource.GRAPH);
        var life = met.value(EntraFault.Kind.LIFE)
                .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
                .orElseGet(() -> longLived ? LONG_LIFE : usualLife());
        var subject = new AccessTokens.Subject(
                order.user(), order.tenant(), order.grant().clientId());

        var answer = JsonNodeFactory.instance.objectNode();
        answer.put("token_type", "Bearer");
        answer.put("scope", String.join(" ", scope(order.scopes(), wanted, granted)));
        putLife(answer, life, met);
        if (longLived) {
            answer.put("refresh_in", life.toSeconds() / 2);
        }
        met.value(EntraFault.Kind.REFRESH_IN).ifPresent(seconds -> answer.put("refresh_in", Long.parseLong(seconds)));
        if (!met.has(EntraFault.Kind.NO_ACCESS_TOKEN)) {
            answer.put(
                    "access_token",
                    accessTokens.accessToken(
                            subject,
                            wanted.audience(),
                            granted,
                            life,
                            order.claims().contexts(),
                            order.grant().secondFactor()));
        }
        if (order.scopes().asks("offline_access") && !met.has(EntraFault.Kind.NO_REFRESH_TOKEN)) {
            answer.put("refresh_token", refreshTokens.issue(order.grant(), clock.instant()));
        }
        if (order.scopes().asks("openid")) {
            answer.put("id_token", accessTokens.idToken(subject, order.nonce(), Duration.ofHours(1)));
        }
        if (order.clientInfo()) {
            answer.put("client_info", clientInfo(order.user()));
        }
        return answer;
    }

    private Order forAnother(Order order, String email) {
        var other = directory.user(email);
        var tenant = other.belongsTo(order.tenant()) ? order.tenant() : other.home();
        var grant = new Grant(
                other.email(),
                other.sessionEpoch(),
                order.grant().clientId(),
                order.grant().scopes(),
                order.grant().secondFactor());
        return new Order(other, tenant, grant, order.scopes(), order.claims(), order.nonce(), order.clientInfo());
    }

    /** Random, as Entra does it so that the world's tokens do not expire together. */
    private static Duration usualLife() {
        return Duration.ofSeconds(ThreadLocalRandom.current().nextInt(3600, 5400));
    }

    private static void putLife(ObjectNode answer, Duration life, EntraFaults.Met met) {
        var seconds = life.toSeconds();
        if (met.has(EntraFault.Kind.EXPIRES_IN_TEXT)) {
            answer.put("expires_in", Long.toString(seconds));
        } else {
            answer.put("expires_in", seconds);
        }
        answer.put("ext_expires_in", seconds);
    }

    /** More than was asked and spelt as the resource was: a client that compares it with its request is wrong. */
    private static Set<String> scope(ScopeRequest scopes, ResourceRequest wanted, Set<String> granted) {
        var names = new LinkedHashSet<String>();
        if (wanted.resource().equals(Resource.GRAPH)) {
            names.add("email");
            names.add("openid");
            names.add("profile");
        } else if (scopes.asks("openid")) {
            names.add("openid");
        }
        granted.forEach(permission -> names.add(wanted.audience() + "/" + permission));
        if (wanted.wantsDefault()) {
            names.add(wanted.audience() + "/" + ResourceRequest.DEFAULT);
        }
        return names;
    }

    /** The home ids, which for a guest differ from those in the tokens. */
    private static String clientInfo(User user) {
        var info = JsonNodeFactory.instance.objectNode();
        info.put("uid", user.objectId(user.home()).orElseThrow());
        info.put("utid", user.home().id());
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(info.toString().getBytes(StandardCharsets.UTF_8));
    }
}
