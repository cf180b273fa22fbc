package io.tokenbroker.mint;

import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ClaimsRequest;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.token.AccessToken;
import io.tokenbroker.token.Target;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
}
