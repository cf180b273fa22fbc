package io.tokenbroker.faults;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What became of every refresh token, seen from outside the broker: which sign-in it descends from, and whether
 * FusionAuth ever held it. By it the harness knows whether a broker that asks for a person is right.
 */
final class Ledger {

    /** What one sign-in gave. */
    static final class Grant {

        private volatile @Nullable Account account;
        private volatile String newest;

        private Grant(String first) {
            newest = first;
        }
    }

    private final Map<String, Grant> grants = new ConcurrentHashMap<>();
    private final Map<Account, Grant> latest = new ConcurrentHashMap<>();
    private final Set<String> stored = ConcurrentHashMap.newKeySet();

    /** A sign-in, whose account is not known yet. */
    void signedIn(String token) {
        grants.computeIfAbsent(token, Grant::new);
    }

    /** The account's latest sign-in is the one that this token descends from, and FusionAuth has it. */
    void linked(Account account, String token) {
        signedIn(token);
        var grant = grants.get(token);
        if (grant != null) {
            grant.account = account;
            latest.put(account, grant);
        }
        stored(token);
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

    /** The provider gave a new token for an old one. */
    void refreshed(String old, String token) {
        var grant = grants.get(old);
        if (grant != null) {
            grants.put(token, grant);
            grant.newest = token;
        }
    }

    void stored(String token) {
        stored.add(token);
    }

    Optional<Account> holder(String token) {
        return Optional.ofNullable(grants.get(token)).flatMap(grant -> Optional.ofNullable(grant.account));
    }

    /** Whether this token descends from the account's latest sign-in. */
    boolean isOfLatestSignIn(Account account, String token) {
        var grant = grants.get(token);
        return grant != null && grant == latest.get(account);
    }

    /** Whether the newest token of the sign-in that this one is of was never seen by FusionAuth: nobody can mint by it. */
    boolean newestWasNeverStored(String token) {
        var grant = grants.get(token);
        return grant != null && !stored.contains(grant.newest);
    }
}
