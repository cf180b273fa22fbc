package io.tokenbroker.keepalive;

import io.tokenbroker.mint.Renewal;

/**
 * What has become of the accounts so far.
 *
 * @param users looked through for accounts that the store does not know
 * @param added accounts that were found so
 */
record Tally(long users, long added, long renewed, long healthy, long needPerson, long failed, long gone) {

    static final Tally NONE = new Tally(0, 0, 0, 0, 0, 0, 0);

    Tally plusUser(long accountsAdded) {
        return new Tally(users + 1, added + accountsAdded, renewed, healthy, needPerson, failed, gone);
    }

    Tally plus(Renewal renewal) {
        return switch (renewal) {
            case Renewal.Renewed _ -> new Tally(users, added, renewed + 1, healthy, needPerson, failed, gone);
            case Renewal.Healthy _ -> new Tally(users, added, renewed, healthy + 1, needPerson, failed, gone);
            case Renewal.NeedsPerson _ -> new Tally(users, added, renewed, healthy, needPerson + 1, failed, gone);
            case Renewal.Failed _, Renewal.Away _ ->
                new Tally(users, added, renewed, healthy, needPerson, failed + 1, gone);
            case Renewal.Gone _ -> new Tally(users, added, renewed, healthy, needPerson, failed, gone + 1);
        };
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
