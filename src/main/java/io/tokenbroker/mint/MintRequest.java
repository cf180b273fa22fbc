package io.tokenbroker.mint;

import io.tokenbroker.account.Accounts;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.Remembered;
import io.tokenbroker.policy.PolicyRules.PolicyQuery;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ClaimsRequest;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.refresh.Acceptance;
import io.tokenbroker.refresh.AccessToken;
import io.tokenbroker.refresh.TokenSpec.Target;
import io.tokenbroker.time.Time.Window;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The body of a mint; every field is optional. */
public record MintRequest(
        @Nullable String resource,
        @Nullable List<String> scopes,
        @Nullable String userId,
        @Nullable Integer minValidity,
        @Nullable Boolean forceRefresh,
        @Nullable String claims) {

    public static final MintRequest DEFAULT = new MintRequest(null, null, null, null, null, null);

    private static final int DAY = 86_400;
    private static final Pattern RESOURCE = Pattern.compile("[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,512}");

    public MintRequest {
        if (resource != null && scopes != null) {
            throw BrokerException.invalidField("scopes", "must not be given together with resource");
        }
        if (resource != null && !RESOURCE.matcher(resource).matches()) {
            throw BrokerException.invalidField(
                    "resource", "must be one resource identifier of 512 characters at most, without spaces");
        }
        if (scopes != null) {
            if (!areScopes(scopes)) {
                throw BrokerException.invalidField(
                        "scopes", "must be 1 to 50 scopes of 512 characters at most, without spaces");
            }
            scopes = List.copyOf(scopes);
        }
        if (minValidity != null && (minValidity < 0 || minValidity > DAY)) {
            throw BrokerException.invalidField("min_validity", "must be 0 to 86400 seconds");
        }
        claims = ClaimsRequest.asked(claims);
    }

    public static MintRequest forResource(String resource) {
        return new MintRequest(resource, null, null, null, null, null);
    }

    public static MintRequest forScopes(List<String> scopes) {
        return new MintRequest(null, scopes, null, null, null, null);
    }

    public MintRequest withMinValidity(int seconds) {
        return new MintRequest(resource, scopes, userId, seconds, forceRefresh, claims);
    }

    public MintRequest withClaims(@Nullable String challenge) {
        return new MintRequest(resource, scopes, userId, minValidity, forceRefresh, challenge);
    }

    /** What a token is asked for at this provider. */
    public Target target(Provider provider) {
        return scopes == null
                ? Target.ofResource(provider, Optional.ofNullable(resource))
                : Target.ofScopes(provider, scopes);
    }

    Duration validity() {
        return minValidity == null ? AccessToken.USUAL_VALIDITY : Duration.ofSeconds(minValidity);
    }

    /** Whether the tenant must be asked, whatever is cached. */
    boolean bypassesCache() {
        return isForced() || claims != null;
    }

    boolean isForced() {
        return Boolean.TRUE.equals(forceRefresh);
    }

    /** Whether a mint can be asked for these, as far as their form goes. */
    public static boolean areScopes(List<String> scopes) {
        return !scopes.isEmpty()
                && scopes.size() <= 50
                && scopes.stream()
                        .allMatch(scope ->
                                scope != null && RESOURCE.matcher(scope).matches());
    }

    /**
     * What a client asks for, whichever front door it came through.
     *
     * @param rejected tells a token that its resource did not accept: neither cache nor store gives such a one
     */
    record Ask(
            Caller.Client client, AccountId account, MintRequest request, Optional<Predicate<AccessToken>> rejected) {

        /** @param id as the caller wrote it; what is no account's id is not found */
        static Ask of(Caller.Client client, String id, MintRequest request, Optional<Predicate<AccessToken>> rejected) {
            return new Ask(client, AccountId.parse(id).orElseThrow(Accounts::notFound), request, rejected);
        }

        /** Whether the client says that a token which looks good is not. */
        boolean isForced() {
            return request.isForced() || rejected.isPresent();
        }

        /** As far as the policy can judge it before the target is known. */
        PolicyQuery query() {
            return PolicyQuery.ofAccount(account.providerId(), client.user());
        }

        PolicyQuery query(Target target) {
            return new PolicyQuery(account.providerId(), client.user(), target.resource(), target.scopes());
        }

        /** The user who must own the account, if the client names one. */
        Optional<UUID> owner() {
            return Optional.<String>ofNullable(request.userId())
                    .map(Ask::userId)
                    .or(client::user);
        }

        private static UUID userId(String text) {
            try {
                return UUID.fromString(text);
            } catch (IllegalArgumentException notAnId) {
                throw Accounts.notFound();
            }
        }

        /** The link, unless it is another user's than the caller means, or its owner may not use it. */
        Remembered owned(Remembered link) {
            var owner = link.link().userId();
            if ((request.userId() != null && !request.userId().equalsIgnoreCase(owner.toString()))
                    || (client.user().isPresent() && !client.user().get().equals(owner))) {
                throw Accounts.notFound();
            }
            return Accounts.requireActive(link);
        }

        /** Which of the tokens that are there already will do. */
        Acceptance acceptance(Clock clock) {
            Predicate<AccessToken> usable = token -> token.usableAt(clock.instant(), request.validity());
            var good = rejected.map(one -> usable.and(one.negate())).orElse(usable);
            if (request.claims() != null) {
                return request.isForced() ? Acceptance.NONE : Acceptance.inMemoryOnly(good.and(isRecent(clock)));
            }
            if (request.isForced()) {
                return Acceptance.ofNew(usable);
            }
            return rejected.isPresent() ? Acceptance.picky(good) : Acceptance.of(good);
        }

        /** Claims that were answered within the interval have their answer. */
        private Predicate<AccessToken> isRecent(Clock clock) {
            var interval = client.policy().forced().interval();
            return token -> Window.of(token.issuedAt(), interval).contains(clock.instant());
        }
    }

    /** One of several mints: the body of a mint, and the account. */
    record BatchItemRequest(
            String accountId,
            @Nullable String resource,
            @Nullable List<String> scopes,
            @Nullable String userId,
            @Nullable Integer minValidity,
            @Nullable Boolean forceRefresh,
            @Nullable String claims) {

        BatchItemRequest {
            if (accountId == null) {
                throw BrokerException.invalidField("account_id", "is required");
            }
        }

        MintRequest mint() {
            return new MintRequest(resource, scopes, userId, minValidity, forceRefresh, claims);
        }
    }
}
