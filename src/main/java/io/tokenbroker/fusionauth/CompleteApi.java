package io.tokenbroker.fusionauth;

import com.inversoft.error.Errors;
import com.inversoft.rest.ClientResponse;
import io.fusionauth.domain.api.LoginResponse;
import io.fusionauth.domain.api.identityProvider.IdentityProviderLoginRequest;
import io.tokenbroker.fusionauth.CompleteApi.Completion.Interruption;
import io.tokenbroker.fusionauth.CompleteApi.Completion.Refusal;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * FusionAuth's Complete ({@code POST /api/identity-provider/login}): it redeems the authorization code, and it is a
 * login. Hence no tokens asked ({@code noJWT}), the tenant always named, and never twice with one code.
 */
@ApplicationScoped
public class CompleteApi {

    private static final String PATH = "POST /api/identity-provider/login";

    private final FusionAuthCalls calls;
    private final UUID applicationId;

    CompleteApi(FusionAuthCalls calls, BrokerSettings settings) {
        this.calls = calls;
        this.applicationId = settings.fusionauth().applicationId();
    }

    /**
     * Hands the code over. Blocks for up to 35 seconds.
     *
     * @param userId who signs in
     * @throws io.tokenbroker.problem.BrokerException if FusionAuth was not reached or took no requests; only then the code is still good
     */
    public Completion complete(
            UUID userId, UUID providerId, Secret code, String redirectUri, Optional<Secret> codeVerifier) {
        var request = new IdentityProviderLoginRequest();
        request.applicationId = applicationId;
        request.identityProviderId = providerId;
        request.noJWT = true;
        request.addData("code", code.reveal()).addData("redirect_uri", redirectUri);
        codeVerifier.ifPresent(verifier -> request.addData("code_verifier", verifier.reveal()));
        return completion(calls.complete(providerId, userId.toString(), api -> api.identityProviderLogin(request)));
    }

    /** By status: 232 is a success to FusionAuth's client, and no login at all. */
    private static Completion completion(ClientResponse<LoginResponse, Errors> response) {
        return switch (response.status) {
            case 200, 202, 212, 213 -> loggedIn(response.successResponse);
            case 203 -> new Completion.Interrupted(Interruption.PASSWORD_CHANGE);
            case 242 -> new Completion.Interrupted(Interruption.SECOND_FACTOR);
            case 232 -> pending(response.successResponse);
            case 400, 401 -> refused(response, refusal(Failures.codes(response.errorResponse)));
            case 404 -> refused(response, Refusal.LINKING_DISABLED);
            case 409, 410 -> new Completion.Refused(Refusal.USER_LOCKED);
            // Turned away unread.
            case 429 -> throw Failures.problem(response, PATH);
            case 512 -> new Completion.Refused(Refusal.LAMBDA_FAILED);
            default -> {
                if (Failures.neverSent(response)) {
                    throw Failures.problem(response, PATH);
                }
                yield new Completion.InDoubt(Failures.timedOut(response));
            }
        };
    }

    private static Completion refused(ClientResponse<LoginResponse, Errors> response, Refusal refusal) {
        return Failures.isItsOwn(response) ? new Completion.Refused(refusal) : new Completion.InDoubt(false);
    }

    private static Completion loggedIn(LoginResponse body) {
        return Optional.ofNullable(body)
                .map(b -> b.user)
                .map(user -> user.id)
                .<Completion>map(Completion.LoggedIn::new)
                .orElseGet(() -> new Completion.InDoubt(false));
    }

    private static Completion pending(LoginResponse body) {
        return Optional.ofNullable(body)
                .map(b -> b.pendingIdPLinkId)
                .<Completion>map(id -> new Completion.Pending(Secret.of(id)))
                .orElseGet(() -> new Completion.InDoubt(false));
    }

    private static Refusal refusal(Set<String> codes) {
        for (var code : codes) {
            var known = refusal(code);
            if (known != Refusal.OTHER) {
                return known;
            }
        }
        return Refusal.OTHER;
    }

    /** The names are those of FusionAuth's theme messages; its API puts brackets around the last part. */
    private static Refusal refusal(String code) {
        return switch (code.replaceAll(".*\\[ExternalAuthenticationException]|[\\[\\]]", "")) {
            case "OpenIDConnectToken", "MissingPKCECodeVerifier" -> Refusal.CODE_NOT_REDEEMED;
            case "OpenIDConnectUserinfo" -> Refusal.USERINFO_FAILED;
            case "MissingUniqueId", "MissingEmail", "MissingUsername", "MissingUser" -> Refusal.CLAIMS_MISSING;
            case "UserDoesNotExistByEmail", "UserDoesNotExistByUsername", "UnverifiedEmail" -> Refusal.NO_MATCHING_USER;
            case "ExistingUserAlreadyLinked" -> Refusal.USER_HAS_LINK;
            case "LinkCountExceeded" -> Refusal.LINK_LIMIT_REACHED;
            case "InvalidApplication", "InvalidIdentityProviderId" -> Refusal.PROVIDER_NOT_USABLE;
            case "Exception" -> Refusal.PROVIDER_UNREACHABLE;
            default -> Refusal.OTHER;
        };
    }

    /** How a Complete call ended. Whatever it was, the authorization code is spent. */
    public sealed interface Completion {

        /** This user was logged in over a link; which link, FusionAuth does not say. */
        record LoggedIn(UUID userId) implements Completion {}

        /** A login that FusionAuth wants more for, of a user it does not name; it may have written a link. */
        record Interrupted(Interruption why) implements Completion {}

        /** The identity is not linked yet and waits for a confirmation. */
        record Pending(Secret pendingLinkId) implements Completion {}

        record Refused(Refusal refusal) implements Completion {}

        /** No answer, or one that leaves it open whether a link was written. */
        record InDoubt(boolean timedOut) implements Completion {}

        /** What FusionAuth wants before it lets the user log in. */
        enum Interruption {
            PASSWORD_CHANGE,
            SECOND_FACTOR
        }

        /** Why FusionAuth refused to complete. */
        enum Refusal {
            /** The token endpoint did not take the code: spent, expired, another redirect URI, or a wrong client secret. */
            CODE_NOT_REDEEMED,
            /** The userinfo endpoint did not take the access token. */
            USERINFO_FAILED,
            /** The claims lack what FusionAuth needs to know the identity. */
            CLAIMS_MISSING,
            /** A by-email strategy found no user, or an unverified address. */
            NO_MATCHING_USER,
            /** A by-email strategy allows one link per user and provider. */
            USER_HAS_LINK,
            LINK_LIMIT_REACHED,
            LINKING_DISABLED,
            PROVIDER_NOT_USABLE,
            PROVIDER_UNREACHABLE,
            USER_LOCKED,
            LAMBDA_FAILED,
            OTHER
        }
    }
}
