package io.tokenbroker.keepalive;

import io.tokenbroker.mint.Renewal;

/** What has become of the accounts so far. */
record Tally(long users, long renewed, long healthy, long needPerson, long failed) {

    static final Tally NONE = new Tally(0, 0, 0, 0, 0);

    Tally plusUser() {
        return new Tally(users + 1, renewed, healthy, needPerson, failed);
    }

    Tally plus(Renewal renewal) {
        return switch (renewal) {
            case Renewal.Renewed done -> new Tally(users, renewed + 1, healthy, needPerson, failed);
            case Renewal.Healthy fine -> new Tally(users, renewed, healthy + 1, needPerson, failed);
            case Renewal.NeedsPerson person -> new Tally(users, renewed, healthy, needPerson + 1, failed);
            case Renewal.Failed why -> new Tally(users, renewed, healthy, needPerson, failed + 1);
            case Renewal.Away why -> new Tally(users, renewed, healthy, needPerson, failed + 1);
            case Renewal.Gone gone -> this;
        };
    }

    /** @param dryRun whether what is to be renewed was left as it is */
    String sentence(boolean dryRun) {
        return "%d users, %d accounts: %d %s, %d healthy, %d need a person, %d failed"
                .formatted(
                        users,
                        renewed + healthy + needPerson + failed,
                        renewed,
                        dryRun ? "to renew" : "renewed",
                        healthy,
                        needPerson,
                        failed);
    }
}
