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

    private final Vendor vendor;

    PendingLinkApi(Vendor vendor) {
        this.vendor = vendor;
    }

    /**
     * Who waits, or empty where FusionAuth does not say. The link can be completed without knowing; a person who has
     * signed in should not have to do so again because of a hiccup here.
     */
    public Optional<PendingLink> find(Secret pendingLinkId, UUID userId) {
        var response = vendor.api().retrievePendingLink(pendingLinkId.reveal(), userId);
        return response.status == 200
                ? Optional.ofNullable(response.successResponse).flatMap(PendingLinkApi::toPendingLink)
                : Optional.empty();
    }

    private static Optional<PendingLink> toPendingLink(IdentityProviderPendingLinkResponse body) {
        return Optional.ofNullable(body.pendingIdPLink)
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
                // One place stays free: without it no link's token could be replaced.
                && body.linkCount + 1 >= policy.limitUserLinkCount.maximumLinks;
    }

    private static Optional<String> text(@Nullable String value) {
        return Optional.ofNullable(value).filter(given -> !given.isBlank());
    }
}
