package io.tokenbroker.ops;

import static io.tokenbroker.problem.ProblemType.*;

import io.tokenbroker.problem.ProblemType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.models.Operation;

/** Who may call each operation and what it may refuse with; the names are the operation ids. */
@SuppressWarnings({"MemberName", "ImmutableEnumChecker"}) // operation ids are camelCase; the lists are copies
enum OperationContract {
    listProviders(Callers.USERS, FUSIONAUTH_UNAVAILABLE, UPSTREAM_ERROR),

    startAuthorization(
            Callers.USERS,
            INVALID_REQUEST,
            REDIRECT_URI_NOT_ALLOWED,
            INVALID_SCOPE,
            PROVIDER_NOT_FOUND,
            ACCOUNT_NOT_FOUND,
            CONTENT_TOO_LARGE,
            UNSUPPORTED_MEDIA_TYPE,
            UPSTREAM_ERROR,
            FUSIONAUTH_UNAVAILABLE),

    completeAuthorization(
            Callers.USERS,
            INVALID_REQUEST,
            INVALID_STATE,
            STATE_EXPIRED,
            AUTHORIZATION_DENIED,
            AUTHORIZATION_FAILED,
            INVALID_SCOPE,
            INVALID_TARGET,
            CONSENT_REQUIRED,
            INTERACTION_REQUIRED,
            BLOCKED_BY_POLICY,
            ACCOUNT_DISABLED,
            USER_DISABLED,
            ACCOUNT_NOT_FOUND,
            REAUTHORIZATION_REQUIRED,
            NO_REFRESH_TOKEN,
            LINKED_TO_ANOTHER_USER,
            IDENTITY_MISMATCH,
            LINK_LIMIT_REACHED,
            CONTENT_TOO_LARGE,
            UNSUPPORTED_MEDIA_TYPE,
            PROVIDER_MISCONFIGURED,
            UPSTREAM_ERROR,
            PROVIDER_UNAVAILABLE,
            FUSIONAUTH_UNAVAILABLE,
            STORE_UNAVAILABLE,
            UPSTREAM_TIMEOUT),

    resolveAuthorization(
            Callers.USERS,
            INVALID_REQUEST,
            INVALID_STATE,
            LINKED_TO_ANOTHER_USER,
            IDENTITY_MISMATCH,
            LINK_LIMIT_REACHED,
            PENDING_LINK_EXPIRED,
            CONTENT_TOO_LARGE,
            UNSUPPORTED_MEDIA_TYPE,
            PROVIDER_MISCONFIGURED,
            UPSTREAM_ERROR,
            FUSIONAUTH_UNAVAILABLE),

    listAccounts(Callers.EVERYBODY, INVALID_REQUEST, UPSTREAM_ERROR, FUSIONAUTH_UNAVAILABLE),

    getAccount(Callers.EVERYBODY, INVALID_REQUEST, ACCOUNT_NOT_FOUND, UPSTREAM_ERROR, FUSIONAUTH_UNAVAILABLE),

    unlinkAccount(Callers.USERS, ACCOUNT_NOT_FOUND, UPSTREAM_ERROR, FUSIONAUTH_UNAVAILABLE),

    mintToken(
            Callers.CLIENTS,
            INVALID_REQUEST,
            INVALID_SCOPE,
            INVALID_TARGET,
            CONSENT_REQUIRED,
            INTERACTION_REQUIRED,
            BLOCKED_BY_POLICY,
            ACCOUNT_DISABLED,
            USER_DISABLED,
            ACCOUNT_NOT_FOUND,
            REAUTHORIZATION_REQUIRED,
            NO_REFRESH_TOKEN,
            CONTENT_TOO_LARGE,
            UNSUPPORTED_MEDIA_TYPE,
            RATE_LIMITED,
            PROVIDER_MISCONFIGURED,
            UPSTREAM_ERROR,
            PROVIDER_UNAVAILABLE,
            FUSIONAUTH_UNAVAILABLE,
            STORE_UNAVAILABLE,
            UPSTREAM_TIMEOUT),

    mintTokens(Callers.CLIENTS, INVALID_REQUEST, CONTENT_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE),

    explainPolicy(
            Callers.CLIENTS,
            INVALID_REQUEST,
            INVALID_SCOPE,
            ACCOUNT_NOT_FOUND,
            CONTENT_TOO_LARGE,
            UNSUPPORTED_MEDIA_TYPE,
            UPSTREAM_ERROR,
            FUSIONAUTH_UNAVAILABLE),

    exchangeToken(Callers.CLIENTS, Exchange.REFUSALS),

    exchangeTokenOfAccount(Callers.CLIENTS, Exchange.REFUSALS),

    readMetadata(List.of()),

    getManagedIdentityToken(Callers.CLIENTS, ManagedIdentity.REFUSALS),

    getManagedIdentityTokenOfAccount(Callers.CLIENTS, ManagedIdentity.REFUSALS),

    getAzdToken(Callers.CLIENTS);

    private static final List<ProblemType> ALWAYS = List.of(UNAUTHORIZED, FORBIDDEN, NOT_ACCEPTABLE, INTERNAL_ERROR);

    private final List<String> callers;
    private final List<ProblemType> problems;

    OperationContract(List<String> callers, ProblemType... problems) {
        this.callers = callers;
        this.problems = List.copyOf(Arrays.asList(problems));
    }

    /** The names of the security schemes, any of which will do. */
    List<String> callers() {
        return callers;
    }

    List<ProblemType> problems() {
        var always = ALWAYS.stream().filter(type -> !callers.isEmpty() || type.status() > 403);
        return Stream.concat(problems.stream(), always).toList();
    }

    /** Whether its answers tell a client with a limited rate what is left. */
    boolean saysTheRate() {
        return switch (this) {
            case mintToken,
                    mintTokens,
                    exchangeToken,
                    exchangeTokenOfAccount,
                    getManagedIdentityToken,
                    getManagedIdentityTokenOfAccount -> true;
            default -> false;
        };
    }

    /** Describes its refusals in the words of its door, if that has words of its own; else leaves them to the caller. */
    boolean describedByItsDoor(Operation operation) {
        switch (this) {
            case exchangeToken, exchangeTokenOfAccount -> OAuthContract.complete(operation, problems());
            case getManagedIdentityToken, getManagedIdentityTokenOfAccount ->
                ManagedIdentityContract.complete(operation, problems());
            case getAzdToken -> AzdContract.complete(operation);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static final class Exchange {
        static final ProblemType[] REFUSALS = {
            INVALID_REQUEST,
            UNSUPPORTED_GRANT_TYPE,
            INVALID_SCOPE,
            INVALID_TARGET,
            CONSENT_REQUIRED,
            INTERACTION_REQUIRED,
            BLOCKED_BY_POLICY,
            ACCOUNT_DISABLED,
            USER_DISABLED,
            ACCOUNT_NOT_FOUND,
            REAUTHORIZATION_REQUIRED,
            NO_REFRESH_TOKEN,
            CONTENT_TOO_LARGE,
            UNSUPPORTED_MEDIA_TYPE,
            RATE_LIMITED,
            PROVIDER_MISCONFIGURED,
            UPSTREAM_ERROR,
            PROVIDER_UNAVAILABLE,
            FUSIONAUTH_UNAVAILABLE,
            STORE_UNAVAILABLE,
            UPSTREAM_TIMEOUT
        };
    }

    private static final class ManagedIdentity {
        static final ProblemType[] REFUSALS = {
            INVALID_REQUEST,
            INVALID_SCOPE,
            INVALID_TARGET,
            CONSENT_REQUIRED,
            INTERACTION_REQUIRED,
            BLOCKED_BY_POLICY,
            ACCOUNT_DISABLED,
            USER_DISABLED,
            ACCOUNT_NOT_FOUND,
            REAUTHORIZATION_REQUIRED,
            NO_REFRESH_TOKEN,
            RATE_LIMITED,
            PROVIDER_MISCONFIGURED,
            UPSTREAM_ERROR,
            PROVIDER_UNAVAILABLE,
            FUSIONAUTH_UNAVAILABLE,
            STORE_UNAVAILABLE,
            UPSTREAM_TIMEOUT
        };
    }

    /** Kept apart, for an enum's constants are made before its own statics. */
    private static final class Callers {
        static final List<String> USERS = List.of("user");
        static final List<String> CLIENTS = List.of("client_key", "client_basic", "identity_header");
        static final List<String> EVERYBODY = List.of("user", "client_key", "client_basic", "identity_header");
    }
}
