package io.tokenbroker.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tokenbroker.faults.Call.Step;
import io.tokenbroker.sandbox.EarlierLink;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.AppRegistration;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.Link;
import io.tokenbroker.sandbox.plain.PlainProvider;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The stand-ins with accounts of both kinds, and what can be done to them behind the broker's back. Each account has a
 * FusionAuth user of its own. Every call of the broker that concerns an account passes the disruption in force.
 */
final class World implements AutoCloseable {

    private static final String LINKS = "/api/identity-provider/link";
    private static final String USERS = "/api/user/";

    private static final UUID PLAIN = UUID.fromString("91a10000-0000-4000-8000-000000000005");
    private static final String PLAIN_NAME = "Plain";
    private static final int STARTS = 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Sandbox sandbox = Sandbox.start(0, 0);
    private final PlainProvider plain = new PlainProvider();
    private final EarlierLink signIns = new EarlierLink(sandbox);
    private final Ledger ledger = new Ledger();
    private final List<Account> accounts = new ArrayList<>();
    private final Map<String, Account> byIdentity = new ConcurrentHashMap<>();
    private final Map<String, Account> byUser = new ConcurrentHashMap<>();
    private final StoredTokens stored;
    private volatile Disruption disruption = Disruption.NONE;

    /** @param number of accounts, half of them of each kind */
    World(int number, Store store) {
        this.stored = new StoredTokens(store, String.valueOf(sandbox.settings().get("broker.sealing-keys")));
        sandbox.fusionAuth().addProvider(plain.registered(PLAIN_NAME).withId(PLAIN));
        sandbox.fusionAuth().suffer(this::fusionAuth);
        sandbox.entra().suffer((request, work) -> token(Kind.REUSABLE, request, work));
        plain.suffer((request, work) -> token(Kind.SINGLE_USE, request, work));
        var half = number / 2;
        sandbox.entra().directory().addGenerated(half);
        for (var i = 1; i <= half; i++) {
            add(signInAtEntra(user("person", i), "user-%04d@contoso.com".formatted(i)));
            var name = "plain-%04d".formatted(i);
            add(new Account(Kind.SINGLE_USE, user("other", i), PLAIN, name, name));
        }
        accounts.forEach(this::authorizeAgainElsewhere);
    }

    private UUID user(String name, int number) {
        return sandbox.fusionAuth()
                .addUser("%s-%04d@example.com".formatted(name, number), "%s %d".formatted(name, number))
                .id();
    }

    /** What a broker is configured with to work here. */
    Map<String, String> settings() {
        return new HashMap<>(sandbox.settingsOfTheImpatient());
    }

    List<Account> accounts() {
        return List.copyOf(accounts);
    }

    List<Account> accounts(Kind kind) {
        return accounts.stream().filter(account -> account.kind() == kind).toList();
    }

    void disrupt(Disruption by) {
        disruption.end();
        disruption = by;
    }

    /** Moves the clocks of FusionAuth and of Entra; the other provider has none. */
    void stepClocks(Duration by) {
        sandbox.advance(by);
    }

    /** The person removes the link straight in FusionAuth. Returns whether there was one. */
    boolean unlinkElsewhere(Account account) {
        var there = link(account).isPresent();
        sandbox.fusionAuth().removeLink(account.providerId(), account.identity());
        return there;
    }

    /** The person signs in again by way of FusionAuth alone, which replaces the link's token, or links anew. */
    void authorizeAgainElsewhere(Account account) {
        var now = sandbox.fusionAuth().clock().instant();
        var token = switch (account.kind()) {
            case REUSABLE ->
                String.valueOf(signInAtEntra(account.userId(), account.name()).token());
            case SINGLE_USE -> plain.refreshToken(account.identity());
        };
        // First: the broker may use the token as soon as it is there.
        ledger.linked(account, token);
        sandbox.fusionAuth()
                .putLink(new Link(
                        FusionAuthStandIn.TENANT_ID,
                        account.providerId(),
                        account.identity(),
                        account.userId(),
                        account.name(),
                        token,
                        now,
                        now));
    }

    /** The person goes through the broker's whole linking flow. */
    void authorizeAgain(BrokerClient broker, Account account) {
        ledger.signsInAgain(account);
        var user = sandbox.fusionAuth().accessToken(account.userId());
        var started = start(broker, user, account);
        var completed = broker.post(
                user,
                "/authorizations/complete",
                Map.of("state", started.path("state").asText(), "code", code(account, started)));
        if (completed.status() == 202) {
            broker.post(
                    user,
                    "/authorizations/resolve",
                    Map.of(
                            "pending_link_id",
                            completed.body().path("pending_link_id").asText()));
        }
    }

    /** Tries again when it is refused, as a person would. */
    private static JsonNode start(BrokerClient broker, String user, Account account) {
        var body = Map.of(
                "provider_id", account.providerId().toString(),
                "redirect_uri", Sandbox.CALLBACK,
                "account_id", account.id());
        for (var tries = 0; tries < STARTS; tries++) {
            var started = broker.post(user, "/authorizations/start", body);
            if (started.status() == 200) {
                return started.body();
            }
            Waiting.pass(Duration.ofMillis(200));
        }
        throw new IllegalStateException("The person cannot authorize " + account + " again");
    }

    /** Looks at what a sign-in through the broker left. */
    void noteSignIn(Account account) {
        link(account).map(Link::token).ifPresent(token -> ledger.found(account, String.valueOf(token)));
    }

    /** Whether the token in the store descends from the account's latest sign-in. */
    boolean keepsLatestSignIn(Account account) {
        return stored.of(account)
                .filter(token -> ledger.isOfLatestSignIn(account, token))
                .isPresent();
    }

    /** Whether a provider gave this access token for the account. */
    boolean isFor(Account account, String accessToken) {
        return ledger.isFor(account, accessToken);
    }

    /** Whether no token is left that the provider would take, neither in the store nor on the link. */
    boolean isBeyondHelp(Account account) {
        return account.kind() == Kind.SINGLE_USE
                && stored.of(account).filter(plain::isGood).isEmpty()
                && link(account).map(Link::token).filter(plain::isGood).isEmpty();
    }

    /** Whether the provider gave the newest token since then, and the store never got it. */
    boolean hasGoneAstraySince(Account account, long then) {
        return ledger.gaveAnotherSince(account, then, stored.of(account).orElse(""));
    }

    boolean isLinked(Account account) {
        return link(account).isPresent();
    }

    void swap(Account one, Account other) {
        stored.swap(one, other);
    }

    /** The secrets at both providers are no longer those that FusionAuth has. */
    Disruption expireSecrets() {
        sandbox.entra().app().replaceSecrets();
        return (call, work) -> call.isRefresh() && call.kind() == Kind.SINGLE_USE
                ? Reply.json(401, Map.of("error", "invalid_client"))
                : work.get();
    }

    /** The operator enters the new secrets in FusionAuth. */
    void mendSecrets() {
        sandbox.fusionAuth()
                .addProvider(FusionAuthStandIn.linkingProvider(
                                PLAIN_NAME,
                                plain.issuer(),
                                PlainProvider.CLIENT_ID,
                                IssuedSecrets.fresh("new-secret-of-the-plain-provider-"))
                        .withId(PLAIN));
        sandbox.fusionAuth()
                .addProvider(FusionAuthStandIn.linkingProvider(
                                "Contoso",
                                sandbox.issuer(Tenant.CONTOSO),
                                AppRegistration.CLIENT_ID,
                                sandbox.entra().app().secret())
                        .withId(Sandbox.CONTOSO));
    }

    @Override
    public void close() {
        disrupt(Disruption.NONE);
        plain.close();
        sandbox.close();
    }

    private void add(Account account) {
        accounts.add(account);
        byIdentity.put(account.providerId() + " " + account.identity(), account);
        byUser.put(account.userId().toString(), account);
    }

    private void add(Link link) {
        add(new Account(
                Kind.REUSABLE,
                link.userId(),
                link.identityProviderId(),
                link.identityProviderUserId(),
                String.valueOf(link.displayName())));
    }

    private Link signInAtEntra(UUID user, String email) {
        return signIns.add(user, Sandbox.CONTOSO, Tenant.CONTOSO, email);
    }

    private String code(Account account, JsonNode started) {
        return switch (account.kind()) {
            case REUSABLE -> {
                var callback =
                        sandbox.entra().signIn(started.path("authorize_url").asText(), account.name());
                yield callback.getQuery().replaceAll("(^|.*&)code=([^&]*).*", "$2");
            }
            case SINGLE_USE -> plain.code(account.identity());
        };
    }

    private Optional<Link> link(Account account) {
        return sandbox.fusionAuth().link(account.providerId(), account.identity());
    }

    private Reply fusionAuth(Request request, Supplier<Reply> work) {
        if (request.path().equals(LINKS)) {
            var query = request.query();
            var account = byIdentity.get(query.getOrDefault("identityProviderId", "") + " "
                    + query.getOrDefault("identityProviderUserId", ""));
            return disruption.meet(new Call(new Step(request.method(), "link"), null, account), work);
        }
        if (request.path().startsWith(USERS)) {
            var account = byUser.get(request.path().substring(USERS.length()));
            return disruption.meet(new Call(new Step(request.method(), "user"), null, account), work);
        }
        return work.get();
    }

    private Reply token(Kind kind, Request request, Supplier<Reply> work) {
        var grant = request.form().getOrDefault("grant_type", "");
        if (grant.isEmpty()) {
            return work.get();
        }
        if (!grant.equals("refresh_token")) {
            return noted(work.get(), null);
        }
        var token = request.form().getOrDefault("refresh_token", "");
        var account = ledger.holder(token).orElse(null);
        return disruption.meet(new Call(Step.REFRESH, kind, account), () -> noted(work.get(), token));
    }

    /** @param old the token that was spent; null at a sign-in */
    private Reply noted(Reply reply, @Nullable String old) {
        var body = reply.status() == 200 ? parse(reply.body()) : JSON.createObjectNode();
        var token = body.path("refresh_token").asText();
        if (old != null) {
            ledger.refreshed(old, token, body.path("access_token").asText());
        } else if (!token.isEmpty()) {
            ledger.signedIn(token);
        }
        return reply;
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
