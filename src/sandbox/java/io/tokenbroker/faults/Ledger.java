package io.tokenbroker.faults;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the providers gave, seen from outside the broker: which sign-in each refresh token descends from, which of them is
 * the newest and since when, and whom each access token is for.
 */
final class Ledger {

    /** What one sign-in gave. */
    static final class Grant {

        private volatile @Nullable Account account;
        private volatile String newest;
        private volatile long givenAt = System.nanoTime();

        private Grant(String first) {
            newest = first;
        }
    }

    private final Map<String, Grant> grants = new ConcurrentHashMap<>();
    private final Map<Account, Grant> latest = new ConcurrentHashMap<>();
    private final Map<String, Account> accessTokens = new ConcurrentHashMap<>();

    /** A sign-in, whose account is not known yet. */
    void signedIn(String token) {
        grants.computeIfAbsent(token, Grant::new);
    }

    /** The account's latest sign-in is the one that this token descends from. */
    void linked(Account account, String token) {
        signedIn(token);
        var grant = grants.get(token);
        if (grant != null) {
            grant.account = account;
            latest.put(account, grant);
        }
    }

    /** The account's sign-ins so far are old ones from now on. */
    void signsInAgain(Account account) {
        latest.remove(account);
    }

    /** This token is on the link after a sign-in. It is of that sign-in, unless it is known to be of an older one. */
    void found(Account account, String token) {
        var grant = grants.get(token);
        if (grant != null && grant.account == null) {
            linked(account, token);
        }
    }

    /** The provider gave new tokens for an old refresh token. */
    void refreshed(String old, String token, String accessToken) {
        var grant = grants.get(old);
        if (grant == null) {
            return;
        }
        if (!token.isEmpty()) {
            grants.put(token, grant);
            grant.newest = token;
            grant.givenAt = System.nanoTime();
        }
        var account = grant.account;
        if (account != null && !accessToken.isEmpty()) {
            accessTokens.put(accessToken, account);
        }
    }

    Optional<Account> holder(String token) {
        return Optional.ofNullable(grants.get(token)).flatMap(grant -> Optional.ofNullable(grant.account));
    }

    /** Whether a provider gave this access token for the account. */
    boolean isFor(Account account, String accessToken) {
        return account.equals(accessTokens.get(accessToken));
    }

    /** Whether this token descends from the account's latest sign-in. */
    boolean isOfLatestSignIn(Account account, String token) {
        var grant = grants.get(token);
        return grant != null && grant == latest.get(account);
    }

    /** Whether the newest token of the account's latest sign-in was given since then, and is not this one. */
    boolean gaveAnotherSince(Account account, long then, String token) {
        var grant = latest.get(account);
        return grant != null && grant.givenAt - then > 0 && !grant.newest.equals(token);
    }
}
