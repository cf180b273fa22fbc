package io.tokenbroker.fusionauth;

import io.fusionauth.domain.api.identityProvider.IdentityProviderPendingLinkResponse;
import io.tokenbroker.seal.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What waits to be linked ({@code /api/identity-provider/link/pending}). Blocks. */
@ApplicationScoped
public class PendingLinkApi {

    private static final String PATH = "GET /api/identity-provider/link/pending";

    private final FusionAuthCalls calls;

    PendingLinkApi(FusionAuthCalls calls) {
        this.calls = calls;
    }

    /** Reads a pending link. */
    public PendingRead find(Secret pendingLinkId, UUID userId) {
        var response = calls.call(userId.toString(), api -> api.retrievePendingLink(pendingLinkId.reveal(), userId));
        return switch (response.status) {
            case 200 ->
                Optional.ofNullable(response.successResponse)
                        .flatMap(PendingLinkApi::toPendingLink)
                        .<PendingRead>map(PendingRead.Waiting::new)
                        .orElseGet(() -> new PendingRead.NotTold(FusionAuthCalls.problem(response, PATH)));
            case 400, 404 ->
                FusionAuthCalls.isItsOwn(response)
                        ? new PendingRead.Gone()
                        : new PendingRead.NotTold(FusionAuthCalls.problem(response, PATH));
            default -> new PendingRead.NotTold(FusionAuthCalls.problem(response, PATH));
        };
    }

    private static Optional<PendingLink> toPendingLink(IdentityProviderPendingLinkResponse body) {
        return Optional.ofNullable(body.pendingIdPLink)
                .filter(pending -> pending.identityProviderId != null && pending.identityProviderUserId != null)
                .map(pending -> new PendingLink(
                        pending.identityProviderId,
                        pending.identityProviderUserId,
                        text(pending.displayName),
                        text(pending.email),
                        limitReached(body)));
    }

    private static boolean limitReached(IdentityProviderPendingLinkResponse body) {
        var policy = body.identityProviderTenantConfiguration;
        return policy != null
                && policy.limitUserLinkCount != null
                && policy.limitUserLinkCount.enabled
                && body.linkCount != null
                && body.linkCount >= policy.limitUserLinkCount.maximumLinks;
    }

    private static Optional<String> text(@Nullable String value) {
        return Optional.ofNullable(value).filter(given -> !given.isBlank());
    }
}
