package io.tokenbroker.keepalive;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import io.tokenbroker.refresh.Renewal;

/** What has become of the accounts so far. */
@JsonAutoDetect(fieldVisibility = Visibility.ANY)
final class Tally {

    /** Looked through for accounts that the store does not know. */
    private long users;

    /** Accounts that were found so. */
    private long added;

    private long renewed;
    private long healthy;
    private long needPerson;
    private long failed;
    private long gone;

    void addUser(long accountsAdded) {
        users++;
        added += accountsAdded;
    }

    void add(Renewal renewal) {
        switch (renewal) {
            case Renewal.Renewed _ -> renewed++;
            case Renewal.Healthy _ -> healthy++;
            case Renewal.NeedsPerson _ -> needPerson++;
            case Renewal.Failed _, Renewal.Away _ -> failed++;
            case Renewal.Gone _ -> gone++;
        }
    }

    boolean hasFailures() {
        return failed > 0;
    }

    /** @param dryRun whether what is to be done was left as it is */
    String sentence(boolean dryRun) {
        var due = "%d accounts due: %d %s, %d healthy, %d need a person, %d failed, %d without link"
                .formatted(
                        renewed + healthy + needPerson + failed + gone,
                        renewed,
                        dryRun ? "to renew" : "renewed",
                        healthy,
                        needPerson,
                        failed,
                        gone);
        return users == 0
                ? due
                : "%d users, %d accounts %s; %s".formatted(users, added, dryRun ? "to add" : "added", due);
    }
}
