package io.tokenbroker.fusionauth;

import io.fusionauth.domain.api.identityProvider.IdentityProviderPendingLinkResponse;
import io.tokenbroker.seal.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.Set;
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

    /** Reads a pending link; empty if it is used up, too old, or was never there. */
    public Optional<PendingLink> find(Secret pendingLinkId, UUID userId) {
        return calls.read(
                        userId.toString(),
                        PATH,
                        Set.of(400, 404),
                        api -> api.retrievePendingLink(pendingLinkId.reveal(), userId))
                .map(body -> toPendingLink(body).orElseThrow(() -> FusionAuthCalls.problem(200, PATH)));
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

    /**
     * An identity that signed in and waits to be linked.
     *
     * @param limitReached whether the user has as many links at this provider as are allowed
     */
    public record PendingLink(
            UUID providerId,
            String identity,
            Optional<String> displayName,
            Optional<String> email,
            boolean limitReached) {}
}
