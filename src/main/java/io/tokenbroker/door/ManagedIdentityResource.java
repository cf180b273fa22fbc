package io.tokenbroker.door;

import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.common.annotation.NonBlocking;
import io.tokenbroker.audit.Origin;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.mint.MintRequest;
import io.tokenbroker.mint.Mints;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.Parameters;
import io.tokenbroker.provider.Provider.Scopes;
import io.tokenbroker.refresh.AccessToken;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.seal.Secret.RevealedSecret;
import io.tokenbroker.tenant.Entra.MicrosoftGraph;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

@Path("/msi/token")
class ManagedIdentityResource {

    private final Mints mints;
    private final SecurityIdentity identity;
    private final Clock clock;

    ManagedIdentityResource(Mints mints, SecurityIdentity identity, Clock clock) {
        this.mints = mints;
        this.identity = identity;
        this.clock = clock;
    }

    @GET
    @NonBlocking
    @RolesAllowed(Caller.CLIENT)
    public CompletionStage<TokenResponse> token(RoutingContext request) {
        return token(Optional.empty(), request);
    }

    private CompletionStage<TokenResponse> token(Optional<String> account, RoutingContext request) {
        var client = (Caller.Client) Caller.of(identity);
        client.policy().rate().announce(request);
        var query = TokenQuery.of(account, Parameters.ofQuery(request));
        return mints.admit(client, Origin.of(request))
                .mintInsteadOf(query.rejection(), client, query.account(), query.mint())
                .thenApply(minted -> TokenResponse.of(query, minted.token(), clock.instant()));
    }

    /** The same for the account in the path. */
    @Path("/accounts")
    static class OfAccount {

        private final ManagedIdentityResource door;

        OfAccount(ManagedIdentityResource door) {
            this.door = door;
        }

        @GET
        @Path("/{id}/msi/token")
        @NonBlocking
        @RolesAllowed(Caller.CLIENT)
        public CompletionStage<TokenResponse> token(@PathParam("id") String id, RoutingContext request) {
            return door.token(Optional.of(id), request);
        }
    }

    /**
     * The answer, as all the SDKs can read it: everything is text, and {@code expires_in} comes before {@code expires_on}, for
     * one of them keeps the last of both.
     */
    record TokenResponse(
            @JsonSerialize(using = RevealedSecret.class) Secret accessToken,
            String clientId,
            String expiresIn,
            String expiresOn,
            String resource,
            String tokenType) {

        static TokenResponse of(TokenQuery query, AccessToken token, Instant now) {
            return new TokenResponse(
                    token.value(),
                    query.account(),
                    String.valueOf(token.expiresIn(now)),
                    query.version().expiresOn(token.expiresAt()),
                    query.resource(),
                    "Bearer");
        }
    }

    /**
     * What an SDK asks for. Unknown parameters are tolerated, for SDKs add their own.
     *
     * @param account its id, as the caller wrote it
     * @param resource as the caller wrote it; some write a scope
     * @param rejected SHA-256, in hex, of a token that the resource did not accept
     */
    record TokenQuery(ApiVersion version, String account, String resource, Optional<String> rejected) {

        private static final List<String> ACCOUNT = List.of("client_id", "clientid");

        /** How a managed identity can be named that is none of ours. */
        private static final List<String> NO_ACCOUNT = List.of("object_id", "principal_id", "mi_res_id", "msi_res_id");

        private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");

        /** An SDK keeps a token until five minutes before its end: a shorter one would be asked for each time. */
        private static final int MIN_VALIDITY_SECONDS = 600;

        TokenQuery {
            if (rejected.isPresent() && !SHA256.matcher(rejected.get()).matches()) {
                throw BrokerException.invalidField("token_sha256_to_refresh", "must be a SHA-256 in 64 hex digits");
            }
        }

        /**
         * @param path the account's id in the path, if it is there
         * @throws BrokerException if something is missing, sent twice or malformed
         */
        static TokenQuery of(Optional<String> path, Parameters query) {
            var version = ApiVersion.of(query.one("api-version"));
            var account = account(path, query);
            return new TokenQuery(
                    version, account, query.required("resource", "is required"), query.one("token_sha256_to_refresh"));
        }

        /** The mint that this is. Claims are no part of it: what an SDK caches must not need a challenge answered. */
        MintRequest mint() {
            var mint = isScope() ? MintRequest.forScopes(List.of(resource)) : MintRequest.forResource(resource);
            return mint.withMinValidity(MIN_VALIDITY_SECONDS);
        }

        /** Tells the token that its resource did not accept. */
        Optional<Predicate<AccessToken>> rejection() {
            return rejected.map(HexFormat.of()::parseHex)
                    .map(sha256 -> token -> token.value().hasSha256(sha256));
        }

        /** SDKs make a resource of a scope by taking {@code /.default} from its end, and leave any other as it is. */
        private boolean isScope() {
            return resource.endsWith(Scopes.DEFAULT) || MicrosoftGraph.isScope(resource);
        }

        private static String account(Optional<String> path, Parameters query) {
            NO_ACCOUNT.stream()
                    .filter(name -> query.one(name).isPresent())
                    .findFirst()
                    .ifPresent(name -> {
                        throw BrokerException.invalidField(
                                name, "names no account: give the account's id as client_id, or in the path");
                    });
            var named = Stream.concat(path.stream(), ACCOUNT.stream().flatMap(name -> query.one(name).stream()))
                    .distinct()
                    .toList();
            if (named.size() > 1) {
                throw BrokerException.invalidField("client_id", "names another account than the rest of the request");
            }
            return named.stream()
                    .findFirst()
                    .orElseGet(() -> query.required(
                            "client_id", "is required: the id of a linked account, such as AZURE_CLIENT_ID sets"));
        }

        /** The forms of App Service's protocol that are spoken here. They differ in how an end is written. */
        enum ApiVersion {
            V2019_08_01("2019-08-01"),
            V2017_09_01("2017-09-01");

            /** As App Service on Linux writes it, which all readers of that form understand. */
            private static final DateTimeFormatter DATE_TEXT = DateTimeFormatter.ofPattern(
                            "MM/dd/yyyy HH:mm:ss +00:00", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

            private final String name;

            ApiVersion(String name) {
                this.name = name;
            }

            static ApiVersion of(Optional<String> named) {
                return Stream.of(values())
                        .filter(version -> named.filter(version.name::equals).isPresent())
                        .findFirst()
                        .orElseThrow(() -> BrokerException.invalidField(
                                "api-version", "must be %s or %s".formatted(V2019_08_01.name, V2017_09_01.name)));
            }

            String expiresOn(Instant end) {
                return this == V2017_09_01 ? DATE_TEXT.format(end) : String.valueOf(end.getEpochSecond());
            }
        }
    }
}
