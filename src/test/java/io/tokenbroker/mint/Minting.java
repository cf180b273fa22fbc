package io.tokenbroker.mint;

import static io.tokenbroker.support.Json.at;

import io.quarkus.test.junit.QuarkusTestProfile;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.Introspection;
import io.tokenbroker.sandbox.entra.TokenRequest;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.IdentityProvider;
import io.tokenbroker.sandbox.fusionauth.Link;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.SandboxResource;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** What the tests of minting share: names, and a look behind the scenes. */
public final class Minting {

    public static final String ARM = "https://management.azure.com";
    public static final String GRAPH = "https://graph.microsoft.com";
    public static final String ORDERS = "api://orders";
    public static final String BLAKE = "b@contoso.com";
    public static final String CASEY = "c@fabrikam.com";
    public static final String DEVON = "d@adatum.com";
    public static final String LINK_API = "/api/identity-provider/link";

    private Minting() {}

    /** Mint for a resource, by the client {@code demo}. */
    public static Response mint(String account, String resource) {
        return Broker.mint(account, Map.of("resource", resource));
    }

    /** The same, and the tenant has to be asked. */
    public static Response mintAnew(String account, String resource) {
        return Broker.mint(account, Map.of("resource", resource, "force_refresh", true));
    }

    /** Mints for Azure Resource Manager, all sent before the first is answered. */
    public static List<HttpResponse<String>> mintsAtOnce(String account, int callers) {
        var uri = URI.create("%s:%d/accounts/%s/token".formatted(RestAssured.baseURI, RestAssured.port, account));
        var request = HttpRequest.newBuilder(uri)
                .header("Authorization", "Bearer " + Sandbox.DEMO_KEY)
                .header("Content-Type", "application/json")
                .version(HttpClient.Version.HTTP_1_1)
                .POST(HttpRequest.BodyPublishers.ofString("{\"resource\":\"" + ARM + "\"}"))
                .build();
        try (var http = HttpClient.newHttpClient()) {
            var sent = IntStream.range(0, callers)
                    .mapToObj(i -> http.sendAsync(request, HttpResponse.BodyHandlers.ofString()))
                    .toList();
            return sent.stream().map(CompletableFuture::join).toList();
        }
    }

    public static Introspection introspect(Response minted) {
        return SandboxResource.sandbox().entra().introspect(at(minted, "access_token"));
    }

    /** The refresh requests that Entra has got so far. */
    public static List<TokenRequest> refreshRequests() {
        return SandboxResource.sandbox().entra().tokenRequests().stream()
                .filter(request -> request.grant().equals("refresh_token"))
                .toList();
    }

    /** The account as Alice sees it. */
    public static Response account(String id) {
        return Broker.alice().get("/accounts/{id}", id);
    }

    /** The account's link as FusionAuth has it. */
    public static Link linkOf(String account) {
        var id = AccountId.parse(account).orElseThrow();
        return SandboxResource.sandbox()
                .fusionAuth()
                .link(id.providerId(), id.identity())
                .orElseThrow();
    }

    /** A provider like {@code like} with an id of its own, not added yet. */
    public static IdentityProvider providerLike(UUID like) {
        return SandboxResource.sandbox().fusionAuth().providers().stream()
                .filter(provider -> provider.id().equals(like))
                .findFirst()
                .orElseThrow()
                .withId(UUID.randomUUID());
    }

    /** Links a person of {@code like} to Alice at another provider of the same tenant, without a sign-in there. */
    public static String linkAt(UUID provider, UUID like, String email) {
        var link = linkOf(Broker.link(like, email));
        SandboxResource.sandbox()
                .fusionAuth()
                .addLink(FusionAuthStandIn.ALICE_ID, provider, link.identityProviderUserId(), email, link.token());
        return new AccountId(provider, link.identityProviderUserId()).toString();
    }

    /** Accounts at Contoso of so many people, each the only one of its user. */
    public static List<String> ofPeople(int people) {
        var fusionAuth = SandboxResource.sandbox().fusionAuth();
        return contosos(people).stream()
                .map(email -> Broker.link(fusionAuth.addUser(email, email).id(), Sandbox.CONTOSO, email))
                .toList();
    }

    /** So many new people at Contoso. */
    public static List<String> contosos(int people) {
        SandboxResource.sandbox().entra().directory().addGenerated(people);
        return IntStream.rangeClosed(1, people)
                .mapToObj("user-%04d@contoso.com"::formatted)
                .toList();
    }

    /** A second broker for what the settings decide: policies, a provider's overrides, a short time-out. */
    public static final class MintSettings implements QuarkusTestProfile {

        /** May use Contoso's accounts for Azure Resource Manager and the orders API. */
        public static final String NARROW = key("narrow");

        /** May use every provider for Microsoft Graph. */
        public static final String GRAPH_ONLY = key("graph");

        /** May use every provider, for no resource. */
        public static final String NO_RESOURCE = key("noresource");

        /** Has no policy. */
        public static final String NOTHING = key("nothing");

        @Override
        public Map<String, String> getConfigOverrides() {
            var settings = new TreeMap<String, String>();
            // Each event is written before its token leaves, or the token does not leave.
            settings.put("broker.audit.hits", "each");
            settings.put("broker.audit.on-failure", "refuse");
            settings.put("broker.clients.narrow.key-sha256", sha256(NARROW));
            settings.put("broker.clients.narrow.providers", Sandbox.CONTOSO.toString());
            settings.put("broker.clients.narrow.resources", ARM + "/," + ORDERS);
            settings.put("broker.clients.graph.key-sha256", sha256(GRAPH_ONLY));
            settings.put("broker.clients.graph.providers", "*");
            settings.put("broker.clients.graph.resources", GRAPH);
            settings.put("broker.clients.noresource.key-sha256", sha256(NO_RESOURCE));
            settings.put("broker.clients.noresource.providers", "*");
            settings.put("broker.clients.nothing.key-sha256", sha256(NOTHING));
            settings.put("broker.providers.\"" + Sandbox.FABRIKAM + "\".default-resource", ARM + "/");
            settings.put("broker.providers.\"" + Sandbox.ADATUM + "\".rotation", "single-use");
            settings.put("broker.providers.\"" + Sandbox.ADATUM + "\".default-lifetime", "20m");
            return settings;
        }

        private static String key(String client) {
            return IssuedSecrets.record("tbk_" + client + "_" + "OnlyForTheTestsOfMintingPoliciesDoNotUseIt0");
        }

        private static String sha256(String key) {
            try {
                var digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
                return HexFormat.of().formatHex(digest);
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }
}
