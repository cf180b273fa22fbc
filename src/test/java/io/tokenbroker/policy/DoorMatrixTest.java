package io.tokenbroker.policy;

import static io.restassured.RestAssured.given;
import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.CASEY;
import static io.tokenbroker.mint.Minting.GRAPH;
import static io.tokenbroker.support.Json.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.EarlierLink;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.Tenant;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.ClientKey;
import io.tokenbroker.support.Contract;
import io.tokenbroker.support.DoorSettings;
import io.tokenbroker.support.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every client for every user on every account through every door: what is not allowed on purpose is refused. */
@QuarkusTest
@TestProfile(PolicyClients.class)
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

        /** The account that its azd acts on; no start with one whose user azd could not prove. */
        Optional<String> azdAccount() {
            return Optional.of(DoorSettings.account(Sandbox.CONTOSO, Tenant.CONTOSO, BLAKE))
                    .filter(account -> !mustProve);
        }

        ClientKey key() {
            return ClientKey.of("matrix-" + name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }

        /** A request of this client, which proves itself as that door expects it. */
        RequestSpecification at(Door door) {
            return switch (door) {
                case MINT, BATCH, EXPLAIN, AZD -> given().header("Authorization", "Bearer " + key().key());
                case EXCHANGE, ACCOUNT_EXCHANGE -> given().auth().preemptive().basic(key().name(), key().key());
                case IDENTITY, ACCOUNT_IDENTITY -> given().header("X-IDENTITY-HEADER", key().key());
            };
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
            azdAccount().ifPresent(account -> policy.put("azd-account", account));
            return key().settings(policy);
        }
    }

    /** For whom a client says, or shows, that it calls. */
    enum User {
        NONE,
        OWNER,
        STRANGER
    }

    /** Ways in. Only the exchange takes a user's own token; elsewhere a user is but named, or not even that. */
    enum Door {
        MINT("mintToken"),
        BATCH("mintTokens"),
        EXPLAIN("explainPolicy"),
        EXCHANGE("exchangeToken"),
        ACCOUNT_EXCHANGE("exchangeTokenOfAccount"),
        IDENTITY("getManagedIdentityToken"),
        ACCOUNT_IDENTITY("getManagedIdentityTokenOfAccount"),
        AZD("getAzdToken");

        private final String operation;

        Door(String operation) {
            this.operation = operation;
        }

        boolean takesProof() {
            return this == EXCHANGE || this == ACCOUNT_EXCHANGE;
        }

        boolean takesUser() {
            return this != IDENTITY && this != ACCOUNT_IDENTITY && this != AZD;
        }

        /** azd cannot name an account. */
        boolean leadsTo(Account account, Client client) {
            return this != AZD
                    || client.azdAccount().filter(account.id()::equals).isPresent();
        }
    }

    /** @param owner none if there is no such account */
    record Account(String id, UUID provider, Optional<UUID> owner) {}

    private static final List<String> RESOURCES = List.of(ARM, GRAPH);
    private static final String BEA = "bea@contoso.com";

    private final List<Account> accounts = new ArrayList<>();

    @Test
    void noDoorIsLeftOut() {
        assertThat(Stream.of(Door.values()).map(door -> door.operation))
                .containsExactlyInAnyOrderElementsOf(Contract.minting());
    }

    @BeforeEach
    void link() {
        accounts.clear();
        var earlier = new EarlierLink(sandbox());
        accounts.add(linked(earlier, FusionAuthStandIn.ALICE_ID, Sandbox.CONTOSO, Tenant.CONTOSO, BLAKE));
        accounts.add(linked(earlier, FusionAuthStandIn.ALICE_ID, Sandbox.FABRIKAM, Tenant.FABRIKAM, CASEY));
        accounts.add(linked(earlier, FusionAuthStandIn.ZOE_ID, Sandbox.CONTOSO, Tenant.CONTOSO, BEA));
        accounts.add(
                new Account(new AccountId(Sandbox.CONTOSO, "nobody").toString(), Sandbox.CONTOSO, Optional.empty()));
        accounts.add(new Account(
                new AccountId(UUID.randomUUID(), "nobody").toString(), UUID.randomUUID(), Optional.empty()));
    }

    @ParameterizedTest
    @EnumSource(Client.class)
    void everyCellThatIsNotAllowedOnPurposeIsRefused(Client client) {
        var rounds = List.<Runnable>of(() -> {}, this::cacheEverything);
        for (var round : rounds) {
            round.run();
            for (var account : accounts) {
                for (var user : User.values()) {
                    for (var resource : RESOURCES) {
                        for (var door : doors(account, client)) {
                            var cell = "%s for %s on %s of %s for %s, by %s"
                                    .formatted(client, user, account.id(), account.owner(), resource, door);
                            var answer = ask(door, client.at(door), user, account, resource);

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

    /** What is in the cache for one client is refused to another all the same. */
    private void cacheEverything() {
        for (var account : accounts) {
            for (var resource : RESOURCES) {
                if (account.owner().isPresent()) {
                    ask(Door.MINT, Client.WIDE.at(Door.MINT), User.NONE, account, resource)
                            .then()
                            .statusCode(200);
                }
            }
        }
    }

    private static List<Door> doors(Account account, Client client) {
        return Stream.of(Door.values())
                .filter(door -> door.leadsTo(account, client))
                .toList();
    }

    @Test
    void noUserMintsThroughAnyDoorEvenForTheirOwnAccounts() {
        cacheEverything();
        var refreshes = sandbox().entra().refreshes();
        for (var account : accounts) {
            var token = sandbox().fusionAuth().accessToken(userId(User.OWNER, account));
            for (var resource : RESOURCES) {
                for (var door : Door.values()) {
                    var user = given().header("Authorization", "Bearer " + token);
                    var answer = ask(door, user, User.NONE, account, resource);

                    assertThat(codeIn(door, answer))
                            .as("%s: %s", door, answer.asString())
                            .isEqualTo("forbidden");
                    assertThat(answer.asString()).doesNotContain("eyJ");
                }
            }
        }
        assertThat(sandbox().entra().refreshes()).isEqualTo(refreshes);
    }

    @ParameterizedTest
    @EnumSource(Client.class)
    void accountsAreReadOfTheUserWhoIsNamedAndUnlinkedByNoClient(Client client) {
        for (var account : accounts) {
            for (var user : List.of(User.OWNER, User.STRANGER)) {
                var named = userId(user, account);
                var visible = account.owner().filter(named::equals).isPresent()
                        && client.providers.contains(account.provider());

                var read = client.at(Door.MINT).queryParam("user_id", named).get("/accounts/{id}", account.id());
                var listed = client.at(Door.MINT).queryParam("user_id", named).get("/accounts");

                if (client.mustProve) {
                    read.then().statusCode(403);
                    listed.then().statusCode(403);
                    continue;
                }
                assertThat(read.statusCode()).as("%s %s", client, account).isEqualTo(visible ? 200 : 404);
                listed.then().statusCode(200);
                assertThat(Json.<List<String>>at(listed, "accounts[*].id").contains(account.id()))
                        .as("%s %s", client, account)
                        .isEqualTo(visible);
            }
            client.at(Door.MINT).delete("/accounts/{id}", account.id()).then().statusCode(403);
            client.at(Door.MINT).get("/accounts/{id}", account.id()).then().statusCode(client.mustProve ? 403 : 400);
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
        return switch (door) {
            case MINT -> Json.<String>at(answer, "access_token") != null ? "token" : Json.<String>at(answer, "code");
            case BATCH ->
                Json.<String>at(answer, "results[0].token.access_token") != null
                        ? "token"
                        : Json.<String>at(answer, answer.statusCode() == 200 ? "results[0].problem.code" : "code");
            case EXPLAIN ->
                at(answer, "allowed") == null
                        ? Json.<String>at(answer, "code")
                        : Json.<Boolean>at(answer, "allowed") ? "token" : "forbidden";
            case EXCHANGE, ACCOUNT_EXCHANGE ->
                Json.<String>at(answer, "access_token") != null ? "token" : Json.<String>at(answer, "broker_code");
            case IDENTITY, ACCOUNT_IDENTITY ->
                Json.<String>at(answer, "access_token") != null ? "token" : Json.<String>at(answer, "error");
            case AZD ->
                Json.<String>at(answer, "token") != null
                        ? "token"
                        : Json.<String>at(answer, "message").replaceFirst("(?s).*\\((\\w+), .*", "$1");
        };
    }

    private Response ask(Door door, RequestSpecification as, User user, Account account, String resource) {
        return switch (door) {
            case MINT -> json(as).body(body(user, account, resource)).post("/accounts/{id}/token", account.id());
            case BATCH ->
                json(as).body(Map.of("requests", List.of(named(user, account, resource))))
                        .post("/tokens");
            case EXPLAIN -> json(as).body(named(user, account, resource)).post("/policy/explain");
            case EXCHANGE ->
                exchange(as, user, account, resource)
                        .formParam("audience", account.id())
                        .post("/oauth2/token");
            case ACCOUNT_EXCHANGE ->
                exchange(as, user, account, resource).post("/accounts/{id}/oauth2/token", account.id());
            case IDENTITY ->
                identity(as, resource).queryParam("client_id", account.id()).get("/msi/token");
            case ACCOUNT_IDENTITY -> identity(as, resource).get("/accounts/{id}/msi/token", account.id());
            case AZD ->
                json(as).queryParam("api-version", "2023-07-12-preview")
                        .body(Map.of("scopes", List.of(resource + "/.default")))
                        .post("/azd/token");
        };
    }

    private Map<String, String> body(User user, Account account, String resource) {
        return user == User.NONE
                ? Map.of("resource", resource)
                : Map.of("resource", resource, "user_id", userId(user, account).toString());
    }

    private Map<String, String> named(User user, Account account, String resource) {
        var fields = new HashMap<>(body(user, account, resource));
        fields.put("account_id", account.id());
        return fields;
    }

    private RequestSpecification exchange(RequestSpecification as, User user, Account account, String resource) {
        var form = as.formParam("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
                .formParam("resource", resource);
        return user == User.NONE
                ? form
                : form.formParam("subject_token", sandbox().fusionAuth().accessToken(userId(user, account)))
                        .formParam("subject_token_type", "urn:ietf:params:oauth:token-type:access_token");
    }

    private static RequestSpecification json(RequestSpecification as) {
        return as.contentType("application/json");
    }

    private static RequestSpecification identity(RequestSpecification as, String resource) {
        return as.queryParam("api-version", "2019-08-01").queryParam("resource", resource);
    }

    private UUID userId(User user, Account account) {
        var owner = account.owner().orElse(FusionAuthStandIn.ALICE_ID);
        if (user == User.OWNER) {
            return owner;
        }
        return owner.equals(FusionAuthStandIn.ALICE_ID) ? FusionAuthStandIn.ZOE_ID : FusionAuthStandIn.ALICE_ID;
    }

    private static Account linked(EarlierLink earlier, UUID owner, UUID provider, Tenant tenant, String email) {
        var link = earlier.add(owner, provider, tenant, email);
        return new Account(
                new AccountId(provider, link.identityProviderUserId()).toString(), provider, Optional.of(owner));
    }
}
