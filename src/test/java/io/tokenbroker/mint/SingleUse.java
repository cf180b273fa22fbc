package io.tokenbroker.mint;

import io.quarkus.arc.Arc;
import io.restassured.response.Response;
import io.tokenbroker.grant.OtherReplica;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.sandbox.fusionauth.Link;
import io.tokenbroker.sandbox.plain.PlainProvider;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

/** An account of Alice's at a provider where a refresh token works once. */
abstract class SingleUse extends LinkingTest {

    static final String LINK = Minting.LINK_API;
    static final List<String> READ = List.of("read");
    static final String IDENTITY = "somebody";

    /** When a link has to be read again. */
    static final Duration LATER = Duration.ofSeconds(31);

    /** For so long a link that was not found is not looked for again. */
    static final Duration MISSED_FOR = Duration.ofSeconds(5);

    PlainProvider plain = plainProvider();
    UUID provider = UUID.randomUUID();
    String account = "";

    @BeforeEach
    void link() {
        provider = add(plain.registered("Plain"));
        account = link(provider, plain, IDENTITY);
    }

    final Response mint() {
        return Broker.mint(account, Map.of("scopes", READ));
    }

    final Response mintFor(UUID user) {
        return Broker.mint(account, Map.of("scopes", READ, "user_id", user.toString()));
    }

    /** A mint for which the provider has to be asked. */
    final Response mintAnew() {
        return Broker.mint(account, Map.of("scopes", READ, "force_refresh", true));
    }

    /** The refresh tokens that the provider has been shown so far. */
    final List<String> spent() {
        return plain.tokenRequests().stream()
                .filter(request -> "refresh_token".equals(request.form().get("grant_type")))
                .map(request -> request.form().getOrDefault("refresh_token", ""))
                .toList();
    }

    final String token() {
        return plain.refreshToken(IDENTITY);
    }

    /** The account's link as FusionAuth has it. */
    final Link present() {
        return Minting.linkOf(account);
    }

    /** The person has signed in over another replica; returns the new refresh token. */
    final String signedInElsewhere() {
        var link = present();
        var token = token();
        sandbox().fusionAuth().putLink(link.loggedIn(link.displayName(), token, loginAfter(link)));
        OtherReplica.signedIn(account);
        return token;
    }

    private static Instant loginAfter(Link link) {
        var last = link.lastLoginInstant();
        return (last == null ? link.insertInstant() : last).plusSeconds(1);
    }

    /** The identity is linked again, to this user, with this token. */
    final void relink(UUID user, @Nullable String token) {
        var link = present();
        sandbox()
                .fusionAuth()
                .putLink(new Link(
                        link.tenantId(),
                        link.identityProviderId(),
                        link.identityProviderUserId(),
                        user,
                        link.displayName(),
                        token,
                        link.insertInstant().plusSeconds(1),
                        null));
    }

    /** The broker under test forgets what it remembers of the account, as by a restart. */
    final void forget() {
        Arc.container()
                .instance(RememberedLinks.class)
                .get()
                .forget(AccountId.parse(account).orElseThrow());
    }

    static CompletableFuture<Response> async(Supplier<Response> call) {
        return CompletableFuture.supplyAsync(call, Thread::startVirtualThread);
    }
}
