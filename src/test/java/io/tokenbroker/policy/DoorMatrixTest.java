package io.tokenbroker.policy;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.CASEY;
import static io.tokenbroker.mint.Minting.GRAPH;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.tokenbroker.account.AccountId;
import io.tokenbroker.sandbox.EarlierLink;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.ClientKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every client for every user on every account through every door: what is not allowed on purpose is refused. */
@QuarkusTest
@TestProfile(DoorMatrixTest.Clients.class)
@Timeout(120)
class DoorMatrixTest extends BrokerTest {

    /** Back ends, and what they are for, in words of this test: what it expects does not come from the broker's rules. */
    @SuppressWarnings("ImmutableEnumChecker") // both sets are
    enum Client {
        WIDE(Set.of(Sandbox.CONTOSO, Sandbox.FABRIKAM), Set.of(ARM, GRAPH), false),
        CONTOSO(Set.of(Sandbox.CONTOSO), Set.of(ARM, GRAPH), false),
        ARM_ONLY(Set.of(Sandbox.CONTOSO, Sandbox.FABRIKAM), Set.of(ARM), false),
        PROVING(Set.of(Sandbox.CONTOSO, Sandbox.FABRIKAM), Set.of(ARM, GRAPH), true),
        NOBODY(Set.of(), Set.of(), false);

        private final Set<UUID> providers;
        private final Set<String> resources;
        private final boolean mustProve;

        Client(Set<UUID> providers, Set<String> resources, boolean mustProve) {
            this.providers = providers;
            this.resources = resources;
            this.mustProve = mustProve;
        }

        ClientKey key() {
            return ClientKey.of("matrix-" + name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }

        Map<String, String> settings() {
            var policy = new HashMap<String, String>();
            if (!providers.isEmpty()) {
                policy.put(
                        "providers",
                        String.join(",", providers.stream().map(UUID::toString).toList()));
                policy.put("resources", String.join(",", resources));
            }
            policy.put("subject-token-required", String.valueOf(mustProve));
            return key().settings(policy);
        }
    }

    public static class Clients implements QuarkusTestProfile {

        @Override
        public Map<String, String> getConfigOverrides() {
            var settings = new HashMap<String, String>();
            for (var client : Client.values()) {
                settings.putAll(client.settings());
            }
            return settings;
        }
    }

    /** For whom a client says, or shows, that it calls. */
    enum User {
        NONE,
        OWNER,
        STRANGER
    }

    /** Ways in. Only the exchange takes a user's own token; elsewhere a user is but named. */
    enum Door {
        MINT,
        BATCH,
        EXCHANGE,
        ACCOUNT_EXCHANGE,
        IDENTITY,
        ACCOUNT_IDENTITY;

        boolean takesProof() {
            return this == EXCHANGE || this == ACCOUNT_EXCHANGE;
        }

        boolean takesUser() {
            return this != IDENTITY && this != ACCOUNT_IDENTITY;
        }
    }

    /** @param owner none if there is no such account */
    private record Account(String id, UUID provider, Optional<UUID> owner) {}

    private final List<Account> accounts = new ArrayList<>();
    private UUID stranger = FusionAuthStandIn.ZOE_ID;

    @BeforeEach
    void link() {
        accounts.clear();
        stranger = sandbox()
                .fusionAuth()
                .addUser("stranger@example.com", "Stranger")
                .id();
        var earlier = new EarlierLink(sandbox());
        accounts.add(linked(earlier, Sandbox.CONTOSO, Tenant.CONTOSO, BLAKE));
        accounts.add(linked(earlier, Sandbox.FABRIKAM, Tenant.FABRIKAM, CASEY));
        accounts.add(
                new Account(new AccountId(Sandbox.CONTOSO, "nobody").toString(), Sandbox.CONTOSO, Optional.empty()));
        accounts.add(new Account(
                new AccountId(UUID.randomUUID(), "nobody").toString(), UUID.randomUUID(), Optional.empty()));
    }

    @ParameterizedTest
    @EnumSource(Client.class)
    void everyCellThatIsNotAllowedOnPurposeIsRefused(Client client) {
        // Twice: what is cached by the first is refused by the second all the same.
        for (var round = 0; round < 2; round++) {
            for (var account : accounts) {
                for (var user : User.values()) {
                    for (var resource : List.of(ARM, GRAPH)) {
                        for (var door : Door.values()) {
                            var cell = "%s for %s on %s of %s for %s, by %s"
                                    .formatted(client, user, account.id(), account.owner(), resource, door);
                            var answer = mint(door, client, user, account, resource);

                            assertThat(codeIn(door, answer))
                                    .as("%s: %s", cell, answer.asString())
                                    .isEqualTo(expected(client, user, account, resource, door));
                            assertThat(answer.statusCode())
                                    .as(cell)
                                    .isNotEqualTo(401)
                                    .isLessThan(500);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Client.class)
    void accountsAreReadOfTheUserWhoIsNamedAndUnlinkedByNoClient(Client client) {
        for (var account : accounts) {
            for (var user : List.of(User.OWNER, User.STRANGER)) {
                var named = userId(user, account);
                var visible = account.owner().filter(named::equals).isPresent()
                        && client.providers.contains(account.provider());

                var read = of(client).queryParam("user_id", named).get("/accounts/{id}", account.id());
                var listed = of(client).queryParam("user_id", named).get("/accounts");

                assertThat(read.statusCode()).as("%s %s", client, account).isEqualTo(visible ? 200 : 404);
                listed.then().statusCode(200);
                assertThat(listed.jsonPath().getList("accounts.id").contains(account.id()))
                        .as("%s %s", client, account)
                        .isEqualTo(visible);
            }
            of(client).delete("/accounts/{id}", account.id()).then().statusCode(403);
            of(client).get("/accounts/{id}", account.id()).then().statusCode(400);
        }
    }

    /** The broker's code, or {@code token}. */
    private String expected(Client client, User user, Account account, String resource, Door door) {
        var proven = door.takesProof() && user != User.NONE;
        if (!client.providers.contains(account.provider())
                || (client.mustProve && !proven)
                || !client.resources.contains(resource)) {
            return "forbidden";
        }
        var theirs =
                user == User.NONE || !door.takesUser() || account.owner().equals(Optional.of(userId(user, account)));
        return account.owner().isPresent() && theirs ? "token" : "account_not_found";
    }

    private static String codeIn(Door door, Response answer) {
        var json = answer.jsonPath();
        if (json.getString(door == Door.BATCH ? "results[0].token.access_token" : "access_token") != null) {
            return "token";
        }
        return json.getString(
                switch (door) {
                    case MINT -> "code";
                    case BATCH -> "results[0].problem.code";
                    case EXCHANGE, ACCOUNT_EXCHANGE -> "broker_code";
                    case IDENTITY, ACCOUNT_IDENTITY -> "error";
                });
    }

    private Response mint(Door door, Client client, User user, Account account, String resource) {
        return switch (door) {
            case MINT -> of(client).body(body(user, account, resource)).post("/accounts/{id}/token", account.id());
            case BATCH -> {
                var item = new HashMap<>(body(user, account, resource));
                item.put("account_id", account.id());
                yield of(client).body(Map.of("requests", List.of(item))).post("/tokens");
            }
            case EXCHANGE ->
                exchange(client, user, account, resource)
                        .formParam("audience", account.id())
                        .post("/oauth2/token");
            case ACCOUNT_EXCHANGE ->
                exchange(client, user, account, resource).post("/accounts/{id}/oauth2/token", account.id());
            case IDENTITY ->
                identity(client, resource).queryParam("client_id", account.id()).get("/msi/token");
            case ACCOUNT_IDENTITY -> identity(client, resource).get("/accounts/{id}/msi/token", account.id());
        };
    }

    private Map<String, String> body(User user, Account account, String resource) {
        return user == User.NONE
                ? Map.of("resource", resource)
                : Map.of("resource", resource, "user_id", userId(user, account).toString());
    }

    private RequestSpecification exchange(Client client, User user, Account account, String resource) {
        var form = given().auth()
                .preemptive()
                .basic(client.key().name(), client.key().key())
                .formParam("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
                .formParam("resource", resource);
        return user == User.NONE
                ? form
                : form.formParam("subject_token", sandbox().fusionAuth().accessToken(userId(user, account)))
                        .formParam("subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
    }

    private static RequestSpecification identity(Client client, String resource) {
        return given().header("X-IDENTITY-HEADER", client.key().key())
                .queryParam("api-version", "2019-08-01")
                .queryParam("resource", resource);
    }

    private static RequestSpecification of(Client client) {
        return given().header("Authorization", "Bearer " + client.key().key()).contentType("application/json");
    }

    private UUID userId(User user, Account account) {
        return user == User.OWNER ? account.owner().orElse(FusionAuthStandIn.ALICE_ID) : stranger;
    }

    private static Account linked(EarlierLink earlier, UUID provider, Tenant tenant, String email) {
        var link = earlier.add(FusionAuthStandIn.ALICE_ID, provider, tenant, email);
        return new Account(
                new AccountId(provider, link.identityProviderUserId()).toString(),
                provider,
                Optional.of(FusionAuthStandIn.ALICE_ID));
    }
}
