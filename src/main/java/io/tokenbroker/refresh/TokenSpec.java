package io.tokenbroker.refresh;

import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.Remembered;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ClaimsRequest;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.provider.Provider.Scopes;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/** A token that an authorized caller asks for: the account, and the resource and scopes. */
public record TokenSpec(Provider provider, Remembered remembered, Target target, Optional<String> claims) {

    private static final String CAPABILITIES = "xms_cc";

    public AccountId account() {
        return AccountId.of(remembered.link());
    }

    /** The same, as of another state of the account's link. */
    public TokenSpec as(Remembered now) {
        return new TokenSpec(provider, now, target, claims);
    }

    /** The same at the provider as it is configured by now. */
    public TokenSpec at(Provider now) {
        return new TokenSpec(now, remembered, target, claims);
    }

    /** The same account for no more than every grant is good for. */
    public TokenSpec forSignIn() {
        return new TokenSpec(provider, remembered, Target.SIGN_IN, Optional.empty());
    }

    /**
     * Whether the token may be one of continuous access evaluation, for a client that has said it can be challenged: it
     * lives for a day, and is of no use to others once its resource challenges them.
     */
    public boolean mayBeChallenged() {
        return claims.filter(asked -> ClaimsRequest.name(asked, CAPABILITIES)).isPresent();
    }

    public Grant grant() {
        return new Grant(account(), remembered.epoch());
    }

    public Key key() {
        return key(claims.map(ClaimsRequest::canonical));
    }

    /** The key of what was got with these claims. */
    Key key(Optional<String> with) {
        return new Key(account(), remembered.epoch(), scopes(), with);
    }

    /** The scopes as keys have them: to Entra, upper and lower case are the same. */
    public List<String> scopes() {
        var asked = target.scopes();
        return areLower(asked) || !provider.isEntra()
                ? asked
                : asked.stream().map(TokenSpec::lower).sorted().distinct().toList();
    }

    /** A loop, for each answer from memory comes by here. */
    private static boolean areLower(List<String> scopes) {
        for (var scope : scopes) {
            if (!scope.equals(lower(scope))) {
                return false;
            }
        }
        return true;
    }

    private static String lower(String scope) {
        return scope.toLowerCase(Locale.ROOT);
    }

    /** The account as the person has last authorized it, by the same name at all replicas. */
    public String authorization() {
        var link = remembered.link();
        return String.join(
                "\n",
                account().toString(),
                link.linkedAt().toString(),
                link.lastLoginAt().map(Instant::toString).orElse(""));
    }

    /** What a client has turns for: this target of the account; and the account as a whole, if it forces the refresh. */
    public List<String> turns(boolean forced) {
        var ofTarget = authorization() + "\n" + String.join(" ", scopes());
        return forced ? List.of(authorization(), ofTarget) : List.of(ofTarget);
    }

    /** The account as the person has last authorized it. */
    public record Grant(AccountId account, long epoch) {}

    /** @param epoch of the account's link: after a new authorization nothing of the older one is found */
    public record Key(AccountId account, long epoch, List<String> scopes, Optional<String> claims) {

        /** About what it takes in memory: a caller chooses its length. */
        public int bytes() {
            return 300
                    + 2 * account.identity().length()
                    + scopes.stream().mapToInt(scope -> 60 + 2 * scope.length()).sum()
                    + 2 * claims.map(String::length).orElse(0);
        }
    }

    /**
     * What a token is wanted for, normalized: the same target however the scopes are ordered.
     *
     * @param resource what the policy is asked about; empty for a provider's own default
     * @param scopes what the tenant is asked for, sorted; none leaves it to the tenant
     */
    public record Target(String resource, List<String> scopes) {

        /** What every grant is good for: at Entra OpenID's scopes, elsewhere whatever was granted at the sign-in. */
        static final Target SIGN_IN = new Target("", List.of());

        public Target {
            scopes = List.copyOf(scopes);
        }

        /** @param resource what is asked for; without it the provider's default */
        public static Target ofResource(Provider provider, Optional<String> resource) {
            return resource.or(provider::defaultResource)
                    .or(() -> provider.isEntra() ? Optional.of(provider.graph()) : Optional.empty())
                    .map(Target::ofResource)
                    .orElseGet(() -> new Target("", List.of()));
        }

        /** What an account can be refreshed for, whatever it is minted for: what was consented to at its first sign-in. */
        public static Target anyOf(Provider provider) {
            return provider.isEntra() ? ofResource(provider.graph()) : new Target("", List.of());
        }

        /** The scope of the refresh grant. At Entra it includes {@code openid}: the id_token names the account. */
        public Optional<String> wireScope(Provider provider) {
            if (scopes.isEmpty() && !provider.isEntra()) {
                return Optional.empty();
            }
            var spec = new TreeSet<>(scopes);
            spec.add(Scopes.OFFLINE_ACCESS);
            spec.add(Scopes.OPENID);
            if (provider.isEntra()) {
                spec.add(Scopes.PROFILE);
                if (provider.identityClaims().contains("email")) {
                    spec.add(Scopes.EMAIL);
                }
            }
            return Optional.of(String.join(" ", spec));
        }

        /** A resource that ends in a slash gets two: the scope is the identifier, then {@code /.default}. */
        private static Target ofResource(String resource) {
            if (resource.endsWith(Scopes.DEFAULT)) {
                throw BrokerException.invalidField("resource", "must be without /.default, which makes a scope of it");
            }
            return new Target(resource, List.of(resource + Scopes.DEFAULT));
        }

        public static Target ofScopes(Provider provider, List<String> asked) {
            var scopes = asked.stream()
                    .filter(scope -> !Scopes.isOpenId(scope))
                    .sorted()
                    .distinct()
                    .toList();
            return Scopes.resourceOf(provider, scopes)
                    .map(resource -> new Target(resource, scopes))
                    .orElseGet(() -> anyOf(provider));
        }
    }
}
