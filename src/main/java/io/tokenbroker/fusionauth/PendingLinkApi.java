package io.tokenbroker.fusionauth;

import com.inversoft.error.Errors;
import com.inversoft.rest.ClientResponse;
import io.fusionauth.domain.IdentityProviderLink;
import io.fusionauth.domain.api.identityProvider.IdentityProviderLinkRequest;
import io.fusionauth.domain.api.identityProvider.IdentityProviderLinkResponse;
import io.fusionauth.domain.api.identityProvider.IdentityProviderPendingLinkResponse;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.seal.Secret;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What waits to be linked ({@code /api/identity-provider/link/pending}), and the making of its link. Blocks. */
@ApplicationScoped
public class PendingLinkApi {

    private static final String POST = "POST /api/identity-provider/link";
    private static final String PATH = "GET /api/identity-provider/link/pending";

    private final FusionAuthCalls calls;

    PendingLinkApi(FusionAuthCalls calls) {
        this.calls = calls;
    }

    /** Reads a pending link; empty if it is used up, too old, or was never there. */
    public Optional<PendingLink> find(Secret pendingLinkId, UUID userId) {
        return calls.read(
                        FusionAuthCalls.API,
                        userId.toString(),
                        PATH,
                        Set.of(400, 404),
                        api -> api.retrievePendingLink(pendingLinkId.reveal(), userId))
                .map(body -> toPendingLink(body).orElseThrow(() -> Failures.unusable(200, PATH)));
    }

    /** Makes a link of a pending one. */
    public LinkWrite completePending(Secret pendingLinkId, UUID userId) {
        var request = new IdentityProviderLinkRequest();
        request.pendingIdPLinkId = pendingLinkId.reveal();
        request.identityProviderLink = new IdentityProviderLink();
        request.identityProviderLink.userId = userId;
        return write(calls.call(userId.toString(), api -> api.createUserLink(request)));
    }

    private static LinkWrite write(ClientResponse<IdentityProviderLinkResponse, Errors> response) {
        return switch (response.status) {
            case 200 -> written(response);
            case 400, 404, 409 ->
                Failures.isItsOwn(response)
                        ? new LinkWrite.Refused(Failures.codes(response.errorResponse))
                        : new LinkWrite.InDoubt();
            case 429 -> throw Failures.problem(response, POST);
            default -> {
                if (Failures.neverSent(response) || Failures.isOfTheKey(response)) {
                    throw Failures.problem(response, POST);
                }
                yield new LinkWrite.InDoubt();
            }
        };
    }

    private static LinkWrite written(ClientResponse<IdentityProviderLinkResponse, Errors> response) {
        var body = response.successResponse;
        return body == null || body.identityProviderLink == null
                ? new LinkWrite.InDoubt()
                : new LinkWrite.Written(LinkApi.toLink(body.identityProviderLink));
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

    /** How the writing of a link ended. What is in doubt is settled by reading the link again. */
    public sealed interface LinkWrite {

        record Written(Link link) implements LinkWrite {}

        /**
         * FusionAuth refused: a duplicate, a limit, an unknown pending link. Which of them is not documented well enough to
         * trust the codes alone.
         *
         * @param codes the error codes, such as {@code [LinkCountExceeded]}; may be empty
         */
        record Refused(Set<String> codes) implements LinkWrite {

            public Refused {
                codes = Set.copyOf(codes);
            }

            public boolean says(String code) {
                return codes.stream().anyMatch(known -> known.startsWith(code));
            }
        }

        /** It may have been written or not. */
        record InDoubt() implements LinkWrite {}
    }
}
