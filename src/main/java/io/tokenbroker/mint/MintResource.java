package io.tokenbroker.mint;

import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.virtual.threads.VirtualThreads;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.tokenbroker.account.AccountId;
import io.tokenbroker.account.Accounts;
import io.tokenbroker.caller.Caller;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** A hit is answered on the event loop; only what must ask an upstream gets a thread of its own. */
@Path("/accounts")
@Tag(name = "Minting")
class MintResource {

    private final MintService service;
    private final SecurityIdentity identity;
    private final ExecutorService threads;
    private final MintMetrics metrics;
    private final Clock clock;

    MintResource(
            MintService service,
            SecurityIdentity identity,
            @VirtualThreads ExecutorService threads,
            MintMetrics metrics,
            Clock clock) {
        this.service = service;
        this.identity = identity;
        this.threads = threads;
        this.metrics = metrics;
        this.clock = clock;
    }

    @POST
    @Path("/{id}/token")
    @NonBlocking
    @RolesAllowed(Caller.CLIENT)
    @Operation(
            operationId = "mintToken",
            summary = "Get a fresh access token of a linked account",
            description =
                    "From the cache if it holds one that is valid long enough, else by a refresh at the account's tenant.")
    public Uni<TokenAnswer> mint(
            @Parameter(description = "The account's id.") @PathParam("id") String id,
            @RequestBody(required = false, description = "Every field is optional, and so is the body.") @Nullable
                    MintRequest body) {
        var request = Optional.ofNullable(body).orElse(MintRequest.DEFAULT);
        var client = (Caller.Client) Caller.of(identity);
        return metrics.counted(() -> minted(client, id, request))
                .map(minted -> TokenAnswer.of(id, minted, clock.instant()));
    }

    private Uni<Minted> minted(Caller.Client client, String id, MintRequest request) {
        client.policy().rate().take();
        var account = AccountId.parse(id).orElseThrow(Accounts::notFound);
        return service.fromMemory(client, account, request)
                .map(minted -> Uni.createFrom().item(minted))
                .orElseGet(() -> Uni.createFrom()
                        .item(() -> service.mint(client, account, request))
                        .runSubscriptionOn(threads));
    }

    @Schema(name = "Token")
    record TokenAnswer(
            @Schema(
                    description = "The access token; opaque to its holder.",
                    examples = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9..")
            String accessToken,

            @Schema(description = "Always Bearer.", enumeration = "Bearer", examples = "Bearer")
            String tokenType,

            @Schema(description = "For how many seconds it is valid from now.", examples = "3599")
            long expiresIn,

            @Schema(description = "Until when it is valid.") Instant expiresAt,

            @Schema(
                    description =
                            "What the tenant granted, in its own words; often more or otherwise worded than what was asked. Null where it did not say.",
                    examples = "https://management.azure.com/user_impersonation https://management.azure.com/.default")
            @Nullable
            String scope,

            @Schema(description = "The account.", examples = "acc_wv3Tg1q5TFCnq2LqRrd4b2Itc3Vi")
            String accountId,

            @Schema(
                    description =
                            "cache; refresh: the tenant was asked; stale: it cannot be reached, and this token is valid but shorter than asked.",
                    enumeration = {"cache", "refresh", "stale"},
                    examples = "cache")
            String source) {

        static TokenAnswer of(String accountId, Minted minted, Instant now) {
            var token = minted.token();
            return new TokenAnswer(
                    token.value().reveal(),
                    "Bearer",
                    Math.max(0, token.remaining(now).toSeconds()),
                    token.expiresAt(),
                    token.scope().orElse(null),
                    accountId,
                    minted.source().name().toLowerCase(Locale.ROOT));
        }
    }
}
